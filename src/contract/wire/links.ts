import { decode, encode } from './codec.ts'
import type { Link } from './link.ts'

/** What the page's MessagePort, and Node's, have in common. */
export interface PortLike {
  postMessage(message: unknown): void
  addEventListener(type: 'message' | 'close', listener: (event: { data?: unknown }) => void): void
  start(): void
  close(): void
}

/** A message port as a link: structured clone, so typed arrays cross as they are. */
export function portLink(port: PortLike): Link {
  const ending = createEnding()
  port.addEventListener('close', ending.end)
  return {
    post: (message) => port.postMessage(message),
    onMessage(handler) {
      port.addEventListener('message', (event) => handler(event.data))
      port.start()
    },
    onClose: ending.onEnd,
    close() {
      port.close()
      ending.end()
    },
  }
}

/** What the browser's WebSocket, and the one of `ws`, have in common. */
export interface SocketLike {
  binaryType: string
  readonly readyState: number
  send(frame: Uint8Array): void
  addEventListener(type: 'message' | 'close' | 'error', listener: (event: { data?: unknown }) => void): void
  close(code?: number, reason?: string): void
}

/** A WebSocket as a link: each message is one binary MessagePack frame. A frame that cannot be read closes it. */
export function socketLink(socket: SocketLike): Link {
  const ending = createEnding()
  socket.binaryType = 'arraybuffer'
  socket.addEventListener('close', ending.end)
  socket.addEventListener('error', ending.end)
  return {
    post(message) {
      if (socket.readyState <= 1) socket.send(encode(message))
    },
    onMessage(handler) {
      socket.addEventListener('message', (event) => {
        let message: unknown
        try {
          if (!(event.data instanceof ArrayBuffer)) throw new TypeError('Only binary frames are read.')
          message = decode(new Uint8Array(event.data))
        } catch {
          socket.close(1007, 'unreadable frame')
          return
        }
        handler(message)
      })
    },
    onClose: ending.onEnd,
    close: () => socket.close(1000),
  }
}

/** Something that ends once; handlers added after the end are called at once. */
export function createEnding() {
  const handlers: (() => void)[] = []
  let ended = false
  return {
    end(): void {
      if (ended) return
      ended = true
      for (const handler of handlers) handler()
    },
    onEnd(handler: () => void): void {
      if (ended) handler()
      else handlers.push(handler)
    },
  }
}
