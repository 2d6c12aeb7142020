import { shallowRef } from 'vue'
import type { Connection, LinkState } from '../../renderer/state/connection.ts'
import { createListeners } from '../../renderer/state/listeners.ts'
import type { Api } from '../../src/contract/api.ts'
import { Failure } from '../../src/contract/failure.ts'

/** A connection over the given calls; a call that is not given is refused, so a test sees it. */
export function fakeConnection(calls: Partial<Api> = {}) {
  const link = shallowRef<LinkState>('open')
  const listeners = createListeners()
  const api = new Proxy(calls as Api, {
    get: (target, method: keyof Api) =>
      target[method] ??
      (async () => {
        throw new Failure('unknown-method', `This test did not expect ${method}.`)
      }),
  })
  const connection: Connection = { api, link, on: listeners.on }
  return { connection, link, events: listeners.receive }
}

/** A promise and the hands to settle it. */
export function deferred<Value>() {
  let resolve: (value: Value) => void = () => {}
  let reject: (reason: unknown) => void = () => {}
  const promise = new Promise<Value>((settle, refuse) => {
    resolve = settle
    reject = refuse
  })
  return { promise, resolve, reject }
}

/** Lets every promise that is ready settle, and Vue's watchers with them. */
export const settled = () => new Promise((resolve) => setTimeout(resolve, 0))
