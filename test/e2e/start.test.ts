import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type Connection, connect } from '../../src/contract/wire/connect.ts'
import { type SocketLike, socketLink } from '../../src/contract/wire/links.ts'
import { corePids, root } from './harness.ts'

// npm start as a person runs it, with a page of a few lines in the browser's place.
const folder = mkdtempSync(join(tmpdir(), 'residual-start-'))
let host: ChildProcess
let said = ''
let origin: string
let page: Connection

beforeAll(async () => {
  const words = [
    'resources/samples/invoices.csv',
    '--browser',
    '--no-open',
    '--project',
    join(folder, 'project'),
  ]
  host = spawn(process.execPath, ['src/hosts/start.mjs', ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  host.stdout?.on('data', (text) => {
    said += text
  })
  const address = await vi.waitFor(
    () => /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(said)?.[0] ?? Promise.reject(new Error(said)),
    { timeout: 90_000 },
  )
  origin = new URL(address).origin
  const welcome = await fetch(address)
  const cookie = welcome.headers.get('set-cookie')?.split(';')[0] ?? ''
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`, { headers: { cookie, origin } })
  page = connect(socketLink(socket as unknown as SocketLike))
  await once(socket, 'open')
})
afterAll(() => {
  host.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

describe.runIf(process.platform === 'linux')('npm start with a file', () => {
  it('says in one line why there is no window', () => {
    expect(said.split('\n')[0]).toBe(
      'No desktop window (as asked): serving to the browser on this machine instead.',
    )
  })

  it('builds the icon of the page for the page alone', () => {
    const built = ['renderer/icon.svg', 'icon.svg', 'electron/icon.svg']
    expect(built.map((name) => existsSync(join(root, 'dist', name)))).toEqual([true, false, false])
  })

  it('opens with the file imported', async () => {
    const imported = await vi.waitFor(
      async () => {
        const { datasets } = await page.api.readProject({})
        return datasets[0] ?? Promise.reject(new Error('nothing imported yet'))
      },
      { timeout: 60_000, interval: 200 },
    )
    expect([imported.name, imported.rows]).toEqual(['invoices', 900])
  })

  it('starts the core again after kill -9, with the project as it was', async () => {
    const told = new Promise((resolve) => page.on('coreRestarted', resolve))
    const [core] = await corePids(host.pid)
    process.kill(core ?? Number.NaN, 'SIGKILL')
    expect(await told).toEqual({
      message: 'The core stopped (SIGKILL) and was started again.',
      working: true,
    })
    expect((await page.api.readProject({})).datasets.map((dataset) => dataset.rows)).toEqual([900])
  })

  it('serves nothing without the cookie', async () => {
    expect((await fetch(origin)).status).toBe(403)
  })

  it('has printed a second address, for another browser', async () => {
    const addresses = [...said.matchAll(/http:\/\/\S+\?token=\S+/g)].map(([address]) => address)
    expect(addresses).toHaveLength(2)
    expect((await fetch(addresses[1] ?? '')).status).toBe(200)
  })

  it('ends cleanly, with its core', async () => {
    const cores = await corePids(host.pid)
    expect(cores).toHaveLength(1)
    host.kill('SIGTERM')
    expect(await once(host, 'exit')).toEqual([0, null])
    await page.closed
    expect(await corePids(host.pid)).toEqual([])
    expect(() => process.kill(cores[0] ?? Number.NaN, 0)).toThrow('ESRCH')
  })
})
