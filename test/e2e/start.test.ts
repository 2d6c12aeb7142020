import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type Connection, connect } from '../../src/contract/wire/connect.ts'
import { type SocketLike, socketLink } from '../../src/contract/wire/links.ts'

// npm start as a person runs it, with a page of a few lines in the browser's place.
const root = resolve(import.meta.dirname, '../..')
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

/** Process ids of the host's children, by the system's own records. */
async function coresOf(parent: number | undefined): Promise<number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const parents = await Promise.all(all.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  return all
    .filter((_, index) => parents[index]?.split(') ')[1]?.split(' ')[1] === String(parent))
    .map(Number)
}

describe.runIf(process.platform === 'linux')('npm start with a file', () => {
  it('says in one line why there is no window', () => {
    expect(said.split('\n')[0]).toBe(
      'No desktop window (as asked): serving to the browser on this machine instead.',
    )
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
    const [core] = await coresOf(host.pid)
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

  it('ends cleanly, with its core', async () => {
    const cores = await coresOf(host.pid)
    expect(cores).toHaveLength(1)
    host.kill('SIGTERM')
    expect(await once(host, 'exit')).toEqual([0, null])
    await page.closed
    expect(await coresOf(host.pid)).toEqual([])
    expect(() => process.kill(cores[0] ?? Number.NaN, 0)).toThrow('ESRCH')
  })
})
