import type { WireFailure } from '../records.ts'

/** Any two-way pipe that keeps the order of messages: a message port, a parent process, a socket. */
export interface Link {
  /** Sends one message. Throws when the message cannot be put on this link. */
  post(message: unknown): void
  onMessage(handler: (message: unknown) => void): void
  /** Called once, when nothing more can arrive; at once if that is so already. */
  onClose(handler: () => void): void
  close(): void
}

/** A served answer: errors cross as values, so that they keep code and details on every kind of link. */
export type Answer = { readonly value: unknown } | { readonly failure: WireFailure }

/** Whether a message has the shape of a call or an answer. Anything else is ignored, never trusted. */
export function isRpcMessage(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false
  const { t, i, m, a } = message as Record<string, unknown>
  if (t === 's') return typeof i === 'string'
  return t === 'q' && (i === undefined || typeof i === 'string') && typeof m === 'string' && Array.isArray(a)
}

/** A message that is not of this wire: it is dropped. */
class StrayMessage extends Error {}

/** What both ends give birpc. No timeout: a call may take as long as it takes. */
export function channelOver(link: Link) {
  return {
    post: (message: unknown) => link.post(message),
    on: (handler: (message: unknown) => void) => link.onMessage(handler),
    deserialize: (message: unknown) => {
      if (!isRpcMessage(message)) throw new StrayMessage()
      return message
    },
    /** True settles the error; the rest goes to whoever made the call. */
    onGeneralError: (error: unknown) => error instanceof StrayMessage,
    timeout: -1,
  }
}
