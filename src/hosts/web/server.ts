import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Api } from '../../contract/api.ts'
import { Failure } from '../../contract/failure.ts'
import { largestChunk } from '../../contract/limits.ts'
import { type Access, createAccess, fetchSiteFits, hostIsLocal, originFits } from './access.ts'
import { findExport, sendExport } from './exportFiles.ts'
import { contentPolicy, guardingHeaders } from './headers.ts'
import { pageApi } from './pageApi.ts'
import { type PageFile, readPageFiles } from './pageFiles.ts'
import type { Pages } from './pages.ts'

export interface WebServer {
  readonly port: number
  /** The first address, with the token. */
  readonly address: string
  close(): Promise<void>
}

/** Serves the page, its socket and the exports on 127.0.0.1, to whoever came with the token. */
export async function openWebServer(options: {
  readonly api: Api
  readonly pages: Pages
  readonly pageFolder: string
  readonly exportsFolder: string
  /** 0 lets the system choose. */
  readonly port: number
  /** Called with the next address whenever one was used, so that another browser can be let in. */
  readonly onNextAddress?: ((address: string) => void) | undefined
}): Promise<WebServer> {
  const files = await readPageFiles(options.pageFolder)
  const api = pageApi(options.api)
  const server = createServer()
  server.listen(options.port, '127.0.0.1')
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${error.message})`
    throw new Failure('busy', `Port ${options.port} ${reason}. Choose another with --port, or leave it out.`)
  })
  const { port } = server.address() as AddressInfo
  const access = createAccess(`residual-${port}`)
  const nextAddress = () => `http://127.0.0.1:${port}/?token=${access.token()}`
  const address = nextAddress()
  const letIn = (response: ServerResponse) => {
    welcome(response, access)
    options.onNextAddress?.(nextAddress())
  }

  server.on('request', (request, response) => {
    answer({ request, response, access, letIn, files, exportsFolder: options.exportsFolder }).catch(() => {
      if (!response.headersSent) refuse(response, 500, 'Something unexpected went wrong.')
      else response.destroy()
    })
  })

  // A message is a little longer than the chunk it carries.
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestChunk + 2 ** 16,
    perMessageDeflate: false,
  })
  server.on('upgrade', (request, socket: Duplex, head) => {
    socket.on('error', () => socket.destroy())
    const { headers } = request
    const welcome =
      request.url === '/socket' &&
      hostIsLocal(headers) &&
      originFits(headers, true) &&
      access.hasSession(headers)
    if (!welcome) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (page) => options.pages.add(page, api))
  })

  return {
    port,
    address,
    async close() {
      options.pages.close()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly access: Access
  /** Answers whoever came with the token. */
  readonly letIn: (response: ServerResponse) => void
  readonly files: ReadonlyMap<string, PageFile>
  readonly exportsFolder: string
}

async function answer({ request, response, access, letIn, files, exportsFolder }: Exchange): Promise<void> {
  const { headers, method } = request
  for (const [name, value] of Object.entries(guardingHeaders)) response.setHeader(name, value)
  if (!hostIsLocal(headers)) {
    response.setHeader('Content-Security-Policy', contentPolicy())
    return refuse(response, 403, 'Open Residual at 127.0.0.1 or localhost.')
  }
  response.setHeader('Content-Security-Policy', contentPolicy(`ws://${headers.host}`))
  if (!originFits(headers, false) || !fetchSiteFits(headers))
    return refuse(response, 403, 'Only the page of Residual itself may ask for this.')
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    return refuse(response, 405, 'Only GET and HEAD are answered.')
  }

  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2)
  const known = access.hasSession(headers)
  const token = path === '/' ? new URLSearchParams(query).get('token') : null
  if (token !== null && !known && method === 'GET' && access.takeToken(token)) return letIn(response)
  if (!known)
    return refuse(
      response,
      403,
      access.hadSession(headers)
        ? 'Residual was restarted: open the address it printed.'
        : 'Open the address that Residual printed last. Each address works once.',
    )
  if (token !== null) return redirectHome(response)

  if (path.startsWith('/exports/')) {
    const file = await findExport(exportsFolder, path.slice('/exports/'.length))
    if (file === null) return refuse(response, 404, 'There is no such export.')
    return sendExport(response, file)
  }
  const file = files.get(path)
  if (file === undefined) return refuse(response, 404, 'There is nothing here.')
  response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': file.bytes.length })
  response.end(file.bytes)
}

/** Begins the session, and has the page ask again from our own origin: a strict cookie is not sent on a redirect from elsewhere. */
function welcome(response: ServerResponse, access: Access): void {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Set-Cookie': access.cookie() })
  response.end('<!doctype html><title>Residual</title><meta http-equiv="refresh" content="0; url=/">')
}

function redirectHome(response: ServerResponse): void {
  response.writeHead(302, { Location: '/' })
  response.end()
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(`${sentence}\n`)
}
