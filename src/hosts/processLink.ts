import type { ChildProcess } from 'node:child_process'
import type { Link } from '../contract/wire/link.ts'
import { createEnding } from '../contract/wire/links.ts'

/** The message by which a host asks the core to close its project and end. */
export const closeRequest = 'close'

/** A forked child as a link; fork it with `serialization: 'advanced'` so that typed arrays cross. */
export function childLink(child: ChildProcess): Link {
  const ending = createEnding()
  child.once('disconnect', ending.end)
  child.once('exit', ending.end)
  child.once('error', ending.end)
  return {
    post(message) {
      if (!child.connected) return
      // Without a callback a failed send is an uncaught error; the ending tells of it anyway.
      child.send(message as object, () => undefined)
    },
    onMessage: (handler) => void child.on('message', handler),
    onClose: ending.onEnd,
    close: () => void (child.connected && child.disconnect()),
  }
}

/** What Electron's `process.parentPort` offers, as far as it is used here. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
}

/**
 * The link to whoever started this process: Electron's parent port where there is one, else the channel
 * of `child_process.fork`.
 */
export function parentLink(): Link {
  const { parentPort } = process as NodeJS.Process & { parentPort?: ParentPort }
  const ending = createEnding()
  if (parentPort !== undefined) {
    return {
      post: (message) => parentPort.postMessage(message),
      onMessage: (handler) => void parentPort.on('message', (event) => handler(event.data)),
      onClose: ending.onEnd,
      close: ending.end,
    }
  }
  if (process.send === undefined) throw new Error('The core must be started by a host.')
  process.once('disconnect', ending.end)
  return {
    post(message) {
      if (process.connected) process.send?.(message as object, undefined, {}, () => undefined)
    },
    onMessage: (handler) => void process.on('message', handler),
    onClose: ending.onEnd,
    close: () => process.connected && process.disconnect?.(),
  }
}
