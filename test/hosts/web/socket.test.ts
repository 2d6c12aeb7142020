import { rmSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { connect } from '../../../src/contract/wire/connect.ts'
import { type SocketLike, socketLink } from '../../../src/contract/wire/links.ts'
import type { Pages } from '../../../src/hosts/web/pages.ts'
import type { WebServer } from '../../../src/hosts/web/server.ts'
import { emptyProject } from './fakeApi.ts'
import { makeServed, openSession, type Session } from './session.ts'

const served = makeServed()
let server: WebServer
let pages: Pages
let session: Session['session']

beforeEach(async () => {
  ;({ server, pages, session } = await openSession(served))
  return () => server.close()
})
afterAll(() => rmSync(served.folder, { recursive: true }))

describe('the socket', () => {
  const address = () => `ws://127.0.0.1:${server.port}/socket`
  const headersOf = (changes: Record<string, string> = {}) => ({
    ...session,
    origin: `http://127.0.0.1:${server.port}`,
    ...changes,
  })
  const statusOf = (url: string, headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const socket = new WebSocket(url, { headers })
      socket.on('open', () => resolve(101))
      socket.on('unexpected-response', (_, answer) => resolve(answer.statusCode ?? 0))
      socket.on('error', reject)
    })

  const open = async () => {
    const socket = new WebSocket(address(), { headers: headersOf() })
    await new Promise((resolve) => socket.on('open', resolve))
    return connect(socketLink(socket as unknown as SocketLike))
  }

  it('lets no page name a path of this machine', async () => {
    const page = await open()
    const source = { kind: 'path', path: '/etc/passwd' } as const
    const run = { runId: 'r', rows: 'all', neutraliseFormulas: true } as const
    for (const refused of [
      page.api.previewImport({ source }),
      page.api.startImport({ source }),
      page.api.startExport({ ...run, path: '/tmp/anywhere.csv' }),
    ])
      await expect(refused).rejects.toMatchObject({
        code: 'bad-request',
        message: expect.stringMatching(/^A page cannot/),
      })
    expect(await page.api.startImport({ source: { kind: 'upload', uploadId: 'u' } })).toEqual({
      jobId: 'job-1',
    })
    expect(await page.api.startExport(run)).toEqual({ jobId: 'job-1' })
  })

  it('answers calls of several pages, and tells all of them what happens', async () => {
    const [one, two] = [await open(), await open()]
    expect(await one.api.readProject({})).toEqual(emptyProject)
    expect(await two.api.readProject({})).toEqual(emptyProject)
    const heard = Promise.all(
      [one, two].map((page) => new Promise((done) => page.on('projectChanged', () => done(1)))),
    )
    pages.announce('projectChanged')
    expect(await heard).toEqual([1, 1])
    await server.close()
    await Promise.all([one.closed, two.closed])
    ;({ server } = await openSession(served))
  })

  it.each([
    ['without the cookie', '/socket', { cookie: '' }],
    ['with another cookie', '/socket', { cookie: 'residual-1=x' }],
    ['from another site', '/socket', { origin: 'http://evil.example' }],
    ['from another port', '/socket', { origin: 'http://127.0.0.1:1' }],
    ['from a sandboxed page', '/socket', { origin: 'null' }],
    ['to another host name', '/socket', { host: 'evil.example', origin: 'http://evil.example' }],
    ['at another path', '/', {}],
    ['with a query', '/socket?x', {}],
  ])('is refused %s', async (_, path, changes: Record<string, string>) => {
    expect(await statusOf(`ws://127.0.0.1:${server.port}${path}`, headersOf(changes))).toBe(403)
  })

  it('is refused without an origin', async () => {
    expect(await statusOf(address(), session)).toBe(403)
  })

  it('is cut when a message is longer than any chunk', async () => {
    const socket = new WebSocket(address(), { headers: headersOf() })
    await new Promise((resolve) => socket.on('open', resolve))
    const code = new Promise((resolve) => socket.on('close', resolve))
    socket.send(new Uint8Array(9 * 2 ** 20))
    expect(await code).toBe(1009)
  })
})
