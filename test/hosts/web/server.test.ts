import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Pages } from '../../../src/hosts/web/pages.ts'
import { openWebServer, type WebServer } from '../../../src/hosts/web/server.ts'
import { fakeApi } from './fakeApi.ts'
import { rawRequest } from './rawRequest.ts'
import { makeServed, openSession, pathOf, type Session } from './session.ts'

const served = makeServed()
const { folder, pageFolder, exportsFolder } = served
let server: WebServer
let pages: Pages
let session: Session['session']

beforeEach(async () => {
  ;({ server, pages, session } = await openSession(served))
  return () => server.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

const get = (path: string, headers: Record<string, string> = {}) =>
  rawRequest(server.port, path, { headers: { ...session, ...headers } })

describe('the token', () => {
  it('is exchanged once for a strict cookie that scripts cannot read', async () => {
    const fresh = await openWebServer({ api: fakeApi, pages, pageFolder, exportsFolder, port: 0 })
    const first = await rawRequest(fresh.port, pathOf(fresh.address))
    expect(first.status).toBe(200)
    expect(String(first.headers['set-cookie'])).toMatch(
      new RegExp(`^residual-${fresh.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
    )
    const second = await rawRequest(fresh.port, pathOf(fresh.address))
    expect([second.status, second.headers['set-cookie']]).toEqual([403, undefined])
    await fresh.close()
  })

  it('is not used up by a HEAD request, and a wrong one does nothing', async () => {
    const fresh = await openWebServer({ api: fakeApi, pages, pageFolder, exportsFolder, port: 0 })
    const path = pathOf(fresh.address)
    expect((await rawRequest(fresh.port, path, { method: 'HEAD' })).status).toBe(403)
    expect((await rawRequest(fresh.port, `${path}x`)).status).toBe(403)
    expect((await rawRequest(fresh.port, path.slice(0, -1))).status).toBe(403)
    expect((await rawRequest(fresh.port, '/?token=')).status).toBe(403)
    expect((await rawRequest(fresh.port, path)).status).toBe(200)
    await fresh.close()
  })

  it('is followed by another, which lets a second browser into the same session', async () => {
    const next: string[] = []
    const fresh = await openWebServer({
      api: fakeApi,
      pages,
      pageFolder,
      exportsFolder,
      port: 0,
      onNextAddress: (address) => next.push(address),
    })
    const first = await rawRequest(fresh.port, pathOf(fresh.address))
    expect(next).toHaveLength(1)
    expect(next[0]).not.toBe(fresh.address)
    const second = await rawRequest(fresh.port, pathOf(next[0] ?? ''))
    expect([second.status, second.headers['set-cookie']]).toEqual([200, first.headers['set-cookie']])
    expect((await rawRequest(fresh.port, pathOf(next[0] ?? ''))).status).toBe(403)
    expect(next).toHaveLength(2)
    await fresh.close()
  })

  it('leads home when the page is already known', async () => {
    const answer = await get(pathOf(server.address))
    expect([answer.status, answer.headers.location]).toEqual([302, '/'])
  })

  it('keeps a page that is loaded again in its session', async () => {
    expect((await get('/')).body).toContain('<title>page</title>')
    expect((await get('/')).body).toContain('<title>page</title>')
  })
})

describe('nothing is served', () => {
  it.each(['/', '/index.html', '/assets/main.js', '/exports/empty.csv', '/nothing'])(
    'without the cookie: %s',
    async (path) => {
      const answer = await rawRequest(server.port, path)
      expect(answer.status).toBe(403)
      expect(answer.body).not.toContain('page')
    },
  )

  it('to a page of an earlier host at this port, which is told so', async () => {
    const [name] = session.cookie?.split('=') ?? []
    const answer = await rawRequest(server.port, '/', { headers: { cookie: `${name}=of-before` } })
    expect([answer.status, answer.body]).toEqual([
      403,
      'Residual was restarted: open the address it printed.\n',
    ])
    expect((await rawRequest(server.port, '/')).body).toBe(
      'Open the address that Residual printed last. Each address works once.\n',
    )
  })

  it('with another cookie, or the token as cookie', async () => {
    const [name] = session.cookie?.split('=') ?? []
    for (const value of ['', 'x', new URL(server.address).searchParams.get('token') ?? ''])
      expect((await rawRequest(server.port, '/', { headers: { cookie: `${name}=${value}` } })).status).toBe(
        403,
      )
  })

  it.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example:80',
    '0.0.0.0',
    'user@127.0.0.1',
  ])('to the host name "%s"', async (host) => expect((await get('/', { host })).status).toBe(403))

  it('before the token is used up by a foreign host name', async () => {
    const fresh = await openWebServer({ api: fakeApi, pages, pageFolder, exportsFolder, port: 0 })
    const path = pathOf(fresh.address)
    expect((await rawRequest(fresh.port, path, { headers: { host: 'evil.example' } })).status).toBe(403)
    expect((await rawRequest(fresh.port, path)).status).toBe(200)
    await fresh.close()
  })

  it.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://127.0.0.1:1'])(
    'to the origin %s',
    async (origin) => expect((await get('/', { origin })).status).toBe(403),
  )

  it('to requests that another page of this machine makes', async () => {
    const embedded = {
      'sec-fetch-site': 'same-site',
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-dest': 'script',
    }
    expect((await get('/assets/main.js', embedded)).status).toBe(403)
    const framed = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'iframe',
    }
    expect((await get('/', framed)).status).toBe(403)
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])('for %s', async (method) => {
    expect((await rawRequest(server.port, '/', { method, headers: session })).status).toBe(405)
  })
})

describe('the page', () => {
  it('is served through a tunnel with another port', async () => {
    const host = 'localhost:9000'
    const answer = await get('/', { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-security-policy']).toContain("connect-src 'self' ws://localhost:9000;")
  })

  it('comes with guarding headers on every answer', async () => {
    for (const path of ['/', '/nothing', '/exports/empty.csv']) {
      const { headers } = await get(path)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      })
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe/)
    }
  })

  it('has the right types', async () => {
    expect((await get('/')).headers['content-type']).toBe('text/html; charset=utf-8')
    expect((await get('/assets/main.js')).headers['content-type']).toBe('text/javascript; charset=utf-8')
  })

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '//secret.txt',
    '/..\\secret.txt',
    '/assets',
    '/assets/',
  ])('does not lead out of its folder by %s', async (path) => {
    const answer = await get(path)
    expect([answer.status, answer.body.includes('secret')]).toEqual([404, false])
  })
})

describe('an export', () => {
  it('downloads under its own name', async () => {
    const name = 'Größe (1) & "co".csv'
    const answer = await get(`/exports/${encodeURIComponent(name)}`)
    expect([answer.status, answer.body]).toEqual([200, 'a,b\n1,2\n'])
    expect(answer.headers['content-disposition']).toBe(
      "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%281%29%20%26%20%22co%22.csv",
    )
  })

  it('may be empty', async () => {
    const answer = await get('/exports/empty.csv')
    expect([answer.status, answer.body]).toEqual([200, ''])
  })

  it.each([
    '/exports/',
    '/exports/..',
    '/exports/../secret.txt',
    '/exports/..%2Fsecret.txt',
    '/exports/%2e%2e%2fsecret.txt',
    '/exports/..%5csecret.txt',
    '/exports/%00',
    '/exports/%',
    '/exports/%ff',
    '/exports/.unfinished',
    '/exports/sub',
    '/exports/sub/inner.csv',
    '/exports/sub%2finner.csv',
    '/exports/link.csv',
    '/exports/missing.csv',
    `/exports/${encodeURIComponent('/etc/passwd')}`,
    '/exports/C:%5Cwindows',
  ])('is refused for %s', async (path) => {
    const answer = await get(path)
    expect([answer.status, answer.body.includes('secret')]).toEqual([404, false])
  })
})

describe('opening the server', () => {
  it('says which port is in use', async () => {
    const port = server.port
    await expect(openWebServer({ api: fakeApi, pages, pageFolder, exportsFolder, port })).rejects.toThrow(
      `Port ${port} is in use. Choose another with --port, or leave it out.`,
    )
  })

  it('says that the page is not built', async () => {
    await expect(
      openWebServer({ api: fakeApi, pages, pageFolder: join(folder, 'none'), exportsFolder, port: 0 }),
    ).rejects.toThrow('npm run build')
  })
})
