import { createBirpc } from 'birpc'
import type { Api, EventName, Events } from '../api.ts'
import { Failure, fromWireFailure } from '../failure.ts'
import { portMessage } from '../host.ts'
import { type Answer, channelOver, type Link } from './link.ts'
import { type PortLike, portLink, type SocketLike, socketLink } from './links.ts'

export interface Connection {
  readonly api: Api
  /** One call by its name, for hosts that pass calls on. */
  call(method: string, input: unknown): Promise<unknown>
  /** Calls `handler` at each such event; returns what stops it. Early events wait for their first handler. */
  on<E extends EventName>(event: E, handler: Events[E]): () => void
  /** Resolves when the link is gone. Waiting calls have then been rejected with `link-closed`. */
  readonly closed: Promise<void>
  close(): void
}

type Handler = (...payload: unknown[]) => void

const linkClosed = (method: string) =>
  new Failure('link-closed', `The connection to the core closed before it answered (${method}).`)

/** The other end of `serve`: an Api whose calls cross the link. */
export function connect(link: Link): Connection {
  const listeners = createListeners()
  const rpc = createBirpc<Record<string, (input: unknown) => Promise<Answer>>, object, false>(
    { announce: listeners.announce },
    { ...channelOver(link), proxify: false },
  )
  let isClosed = false
  const closed = new Promise<void>((resolve) =>
    link.onClose(() => {
      isClosed = true
      void rpc.$rejectPendingCalls(({ method, reject }) => reject(linkClosed(method)))
      rpc.$close()
      resolve()
    }),
  )
  const call = async (method: string, input: unknown): Promise<unknown> => {
    if (isClosed) throw linkClosed(method)
    const answer = await rpc.$call(method, input).catch((thrown: unknown) => {
      if (thrown instanceof Failure) throw thrown
      const reason = thrown instanceof Error ? thrown.message : String(thrown)
      throw new Failure('unsendable', `The call ${method} cannot be sent: ${reason}`)
    })
    if ('failure' in answer) throw fromWireFailure(answer.failure)
    return answer.value
  }
  return { api: callingApi(call), call, on: listeners.on, closed, close: () => link.close() }
}

/** An Api that hands every call to one function. Unknown names are refused at the other end. */
export function callingApi(call: (method: string, input: unknown) => Promise<unknown>): Api {
  return new Proxy(Object.create(null), {
    // `then` must be absent, or awaiting the Api would call it.
    get: (_, method) =>
      typeof method === 'string' && method !== 'then' ? (input: unknown) => call(method, input) : undefined,
  })
}

function tell(handler: Handler, payload: unknown[]): void {
  try {
    handler(...payload)
  } catch (thrown) {
    // The other handlers and events go on; the error shows up as an unhandled rejection, not in silence.
    void Promise.reject(thrown)
  }
}

function createListeners() {
  const handlers = new Map<string, Set<Handler>>()
  let early: { event: string; payload: unknown[] }[] = []
  return {
    announce(event: string, ...payload: unknown[]): void {
      const waiting = handlers.get(event)
      if (waiting) for (const handler of waiting) tell(handler, payload)
      else early = [...early, { event, payload }].slice(-20)
    },
    on<E extends EventName>(event: E, handler: Events[E]): () => void {
      const known = handlers.get(event) ?? new Set()
      handlers.set(event, known.add(handler as Handler))
      const missed = early.filter((one) => one.event === event)
      early = early.filter((one) => one.event !== event)
      for (const one of missed) tell(handler as Handler, one.payload)
      return () => known.delete(handler as Handler)
    },
  }
}

/** Connects over a message port (structured clone). */
export const connectPort = (port: PortLike): Connection => connect(portLink(port))

/** Connects over a WebSocket (MessagePack frames); rejects with `link-closed` when it cannot be opened. */
export function connectSocket(url: string): Promise<Connection> {
  const socket = new WebSocket(url)
  const link = socketLink(socket as SocketLike)
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(connect(link)))
    link.onClose(() => reject(new Failure('link-closed', 'The core cannot be reached. Is Residual running?')))
  })
}

/** Connects the page: over the desktop window's port where there is one, else over a socket to its own origin. */
export async function connectToCore(): Promise<Connection> {
  const host = globalThis.residualHost
  if (host === undefined) return connectSocket(location.origin.replace(/^http/, 'ws').concat('/socket'))
  const port = await new Promise<PortLike>((resolve) => {
    const listen = (event: MessageEvent) => {
      const [first] = event.ports
      if (event.source !== globalThis.window || event.data !== portMessage || first === undefined) return
      globalThis.removeEventListener('message', listen)
      resolve(first as PortLike)
    }
    globalThis.addEventListener('message', listen)
    host.requestPort()
  })
  return connectPort(port)
}
