import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { WebSocket, WebSocketServer } from 'ws'
import type { Link } from '../../../src/contract/wire/link.ts'
import { type PortLike, portLink, type SocketLike, socketLink } from '../../../src/contract/wire/links.ts'

export interface LinkPair {
  readonly near: Link
  readonly far: Link
  /** Puts something on the near end that no Residual sends. */
  sendRaw(garbage: unknown): void
  /** Cuts the connection as a crash would. */
  cut(): void
  dispose(): Promise<void>
}

/** Two connected message ports, as between the desktop window and its host. */
export async function portPair(): Promise<LinkPair> {
  const { port1, port2 } = new MessageChannel()
  return {
    near: portLink(port1 as unknown as PortLike),
    far: portLink(port2 as unknown as PortLike),
    sendRaw: (garbage) => port1.postMessage(garbage),
    cut: () => port2.close(),
    async dispose() {
      port1.close()
      port2.close()
    },
  }
}

/** A WebSocket through the loopback interface, as between a browser and the web host. */
export async function socketPair(): Promise<LinkPair> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const near = new WebSocket(`ws://127.0.0.1:${port}`)
  const [far] = (await once(server, 'connection')) as [WebSocket]
  await once(near, 'open')
  return {
    near: socketLink(near as unknown as SocketLike),
    far: socketLink(far as unknown as SocketLike),
    sendRaw: (garbage) => near.send(garbage as string | Buffer),
    cut: () => far.terminate(),
    async dispose() {
      near.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
