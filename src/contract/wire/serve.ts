import { createBirpc } from 'birpc'
import type { Api, EventName, Events } from '../api.ts'
import { checkInput, isApiMethod } from '../checks.ts'
import { Failure, toWireFailure } from '../failure.ts'
import { type Answer, channelOver, type Link } from './link.ts'

export type Announce = <E extends EventName>(event: E, ...payload: Parameters<Events[E]>) => void

export interface Served {
  /** Tells the other end of an event. */
  announce: Announce
  close(): void
}

/**
 * Answers the calls that arrive over a link. Only methods named by the contract's checks can be called,
 * and only with input that passes its check; every error becomes a Failure at the caller.
 *
 * @param api may still be on its way: calls wait for it, and fail with its reason if it never comes.
 */
export function serve(link: Link, api: Api | Promise<Api>): Served {
  const ready = Promise.resolve(api)
  ready.catch(() => undefined) // each call reports it; without calls nobody needs to know
  const answer = async (method: string, input: unknown): Promise<Answer> => {
    try {
      if (!isApiMethod(method)) throw new Failure('unknown-method', `There is no call named ${method}.`)
      const checked = checkInput(method, input)
      const served = await ready
      return { value: await Reflect.apply(served[method], served, [checked]) }
    } catch (thrown) {
      return { failure: toWireFailure(thrown) }
    }
  }
  const rpc = createBirpc<Record<string, (...payload: unknown[]) => Promise<void>>, object, false>(
    Object.create(null),
    {
      ...channelOver(link),
      // What cannot be sent is answered by a failure, see answerForUnsendable.
      onGeneralError: () => true,
      proxify: false,
      resolver: (method) => (input: unknown) => answer(method, input),
      serialize: answerForUnsendable,
    },
  )
  let closed = false
  link.onClose(() => {
    closed = true
    rpc.$close()
  })
  return {
    announce(event, ...payload) {
      if (closed) return
      // An event that cannot be sent would leave the other end with a wrong picture: it reconnects instead.
      rpc.$callEvent('announce', event, ...payload).catch(() => link.close())
    },
    close: () => link.close(),
  }
}

/** birpc reports an answer that could not be sent as an error of the call; nothing else sets `e` here. */
function answerForUnsendable(message: { i?: string; e?: unknown }): object {
  if (message.e === undefined) return message
  const reason = message.e instanceof Error ? message.e.message : String(message.e)
  const failure = toWireFailure(new Failure('unsendable', `The answer cannot be sent: ${reason}`))
  return { t: 's', i: message.i, r: { failure } satisfies Answer }
}
