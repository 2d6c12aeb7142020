import type { WebSocket } from 'ws'
import type { Api } from '../../contract/api.ts'
import type { SocketLike } from '../../contract/wire/links.ts'
import { socketLink } from '../../contract/wire/links.ts'
import { type Announce, type Served, serve } from '../../contract/wire/serve.ts'

/** A page that lets this much pile up no longer reads; it is cut off and connects again. */
const mostUnreadBytes = 256 * 2 ** 20
const pingEvery = 30_000

/** The pages connected to a host, however many: each is served, all hear every event. */
export function createPages() {
  const pages = new Map<WebSocket, Served>()
  const alive = new WeakSet<WebSocket>()

  const timer = setInterval(() => {
    for (const socket of pages.keys()) {
      if (!alive.delete(socket)) socket.terminate()
      else socket.ping()
    }
  }, pingEvery)
  timer.unref()

  return {
    announce: ((event, ...payload) => {
      for (const [socket, served] of pages) {
        if (socket.bufferedAmount > mostUnreadBytes) socket.terminate()
        else served.announce(event, ...payload)
      }
    }) satisfies Announce as Announce,
    add(socket: WebSocket, api: Api): void {
      const served = serve(socketLink(socket as unknown as SocketLike), api)
      pages.set(socket, served)
      alive.add(socket)
      socket.on('pong', () => alive.add(socket))
      socket.on('close', () => pages.delete(socket))
    },
    close(): void {
      clearInterval(timer)
      for (const socket of pages.keys()) socket.terminate()
    },
  }
}

export type Pages = ReturnType<typeof createPages>
