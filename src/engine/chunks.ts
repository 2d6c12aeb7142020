import { setImmediate } from 'node:timers/promises'
import type { Session } from './engine.ts'

/**
 * Trains up to `steps` steps, or to the schedule's end, in chunks of about `chunkMilliseconds` (default 50),
 * and yields each chunk's losses, one per step. Between chunks the event loop turns, so that calls are answered
 * and a signal can fire: then the loop ends with an AbortError and the session holds what was reached. Chunk
 * sizes follow the clock `now` (milliseconds) and change no result.
 */
export async function* trainInChunks(
  session: Session,
  options: {
    readonly steps: number
    readonly signal?: AbortSignal | undefined
    readonly chunkMilliseconds?: number
    readonly now?: () => number
  },
): AsyncGenerator<Float32Array> {
  const { steps, signal, chunkMilliseconds = 50, now = () => performance.now() } = options
  let chunk = 1
  for (let done = 0; done < steps; ) {
    signal?.throwIfAborted()
    const asked = Math.min(chunk, steps - done)
    const start = now()
    const losses = await session.train(asked)
    if (losses.length === 0) return
    done += losses.length
    yield losses
    // Never more than four times as many at once: the first steps are slow, then suddenly fast.
    const fitting = (losses.length * chunkMilliseconds) / Math.max(now() - start, 1e-3)
    chunk = Math.max(1, Math.min(Math.floor(fitting), 4 * losses.length))
    await setImmediate()
  }
}
