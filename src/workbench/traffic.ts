import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Api } from '../contract/api.ts'

/** However many calls come, long work goes on after this long: a page that never stops asking cannot starve it. */
const longestWait = 150
const pollMilliseconds = 2

export interface Traffic {
  /** The same calls, counted while they wait for their answer. */
  counted(api: Api): Api
  /** Resolves when no call waits for an answer, at the latest after `longestWait` milliseconds. */
  quiet(): Promise<void>
}

/**
 * Lets calls pass long work on the same thread. A call takes several turns of the event loop (database, disk);
 * if each turn had to wait for a 50 ms chunk of training, the call would take half a second.
 */
export function createTraffic(): Traffic {
  let waiting = 0
  const count = <Input, Output>(call: (input: Input) => Promise<Output>) => {
    return async (input: Input): Promise<Output> => {
      waiting++
      try {
        return await call(input)
      } finally {
        waiting--
      }
    }
  }
  return {
    counted(api) {
      const entries = Object.entries(api).map(([name, call]) => [name, count(call)])
      return Object.fromEntries(entries) as Api
    },
    async quiet() {
      // Two turns: one to read what arrived during the chunk, one to begin the calls it holds.
      await setImmediate()
      await setImmediate()
      const until = performance.now() + longestWait
      while (waiting > 0 && performance.now() < until) await setTimeout(pollMilliseconds)
    },
  }
}
