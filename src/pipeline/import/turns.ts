import { setImmediate } from 'node:timers/promises'

/** Longest stretch of computing before other calls are answered, in milliseconds. */
const turnMilliseconds = 20

/** Lets long loops give way: `await turns.pause()` returns at once until the turn is over. */
export class Turns {
  #began = performance.now()

  async pause(): Promise<void> {
    if (performance.now() - this.#began < turnMilliseconds) return
    await setImmediate()
    this.#began = performance.now()
  }
}
