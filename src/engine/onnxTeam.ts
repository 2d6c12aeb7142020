import { availableParallelism } from 'node:os'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { inFlight } from './inFlight.ts'
import { type Fed, type Feeds, type Fetched, type HelperSession, helpersFor } from './onnxHelper.ts'
import { guarded, loadOnnxRuntime } from './onnxRuntime.ts'

/** One graph on this thread and on helpers beside it, for work that falls into independent parts. */
export interface Team {
  /** The outputs for each of the feeds, in their order. Other work of this thread gets its turn between two of them. */
  run(given: readonly Feeds[]): Promise<readonly Fetched[]>
  /** Waits for what is being computed. */
  close(): Promise<void>
}

/** Every helper has a copy of the graph and the fixed values. Above this many bytes they would cost too much memory. */
const mostCopiedBytes = 64 << 20

/**
 * @param fixed fed to every run
 * @param options of a session on one thread
 * @param most members that there is work for
 * @param threads that may compute at once; without it, as many as the machine has cores
 */
export async function openTeam(input: {
  readonly bytes: Uint8Array
  readonly fixed: Feeds
  readonly options: InferenceSession.SessionOptions
  readonly most: number
  readonly threads: number | undefined
}): Promise<Team> {
  const { fixed, options, most } = input
  const { InferenceSession, Tensor } = await loadOnnxRuntime()
  const fixedBytes = Object.values(fixed).reduce((sum, { values }) => sum + values.byteLength, 0)
  const copiedBytes = fixedBytes + input.bytes.byteLength
  const threads = copiedBytes > mostCopiedBytes ? 1 : Math.min(most, input.threads ?? availableParallelism())
  const bytes = alone(input.bytes)
  const feeds = eachAlone(fixed)
  const helpers: HelperSession[] = []
  let join: ((helper: HelperSession) => void) | undefined
  // Nobody waits for helpers: each joins when it is ready, and the results are the same. One that cannot start is no
  // reason to stop: this thread does everything then. What is wrong with the graph shows here too.
  const opening = helpersFor(threads).map((helper) =>
    helper.open(bytes, options, feeds).then(
      (session) => {
        helpers.push(session)
        join?.(session)
      },
      () => undefined,
    ),
  )
  const session = await guarded(() => InferenceSession.create(bytes, options)).catch(
    async (thrown: unknown) => {
      await Promise.all(opening)
      await Promise.all(helpers.map((helper) => helper.close()))
      throw thrown
    },
  )
  const tensors = (given: Feeds): Record<string, Tensor> =>
    Object.fromEntries(
      Object.entries(given).map(([name, { dtype, values, shape }]) => [
        name,
        new Tensor(dtype, values, shape),
      ]),
    )
  const fixedTensors = tensors(fixed)

  const runHere = async (given: Feeds): Promise<Fetched> => {
    const found = await session.run({ ...fixedTensors, ...tensors(given) })
    return Object.fromEntries(
      Object.entries(found).map(([name, { data }]) => [name, data as Fetched[string]]),
    )
  }
  const run = async (given: readonly Feeds[]): Promise<readonly Fetched[]> => {
    const results: Fetched[] = []
    let next = 0
    let failed: { readonly thrown: unknown } | undefined
    /** Takes one after the other as long as more than `left` wait. What fails ends the work of all. */
    const take = async (run: (feeds: Feeds) => Promise<Fetched>, left: number): Promise<void> => {
      try {
        while (given.length - next > left) {
          const index = next++
          results[index] = await run(given[index] ?? {})
        }
      } catch (thrown) {
        next = given.length
        failed ??= { thrown }
      }
    }
    const buffers: ArrayBuffer[] = []
    const there =
      (helper: HelperSession) =>
      async (feeds: Feeds): Promise<Fetched> => {
        const { sent, lent } = copied(feeds, buffers)
        const answer = await helper.run(sent, lent)
        buffers.push(...answer.lent)
        return answer.results
      }
    const taking: Promise<void>[] = []
    join = (helper) => {
      // A second one waits there while the first is computed, except near the end, where it would be late.
      taking.push(take(there(helper), 0), take(there(helper), helpers.length))
    }
    // Helpers first: this thread posts nothing while it computes.
    for (const helper of helpers) join(helper)
    await take(runHere, 0)
    join = undefined
    await Promise.all(taking)
    const { thrown } = failed ?? {}
    if (failed) await guarded(() => Promise.reject(thrown))
    return results
  }

  const running = inFlight()
  return {
    run: (given) => running.run(() => run(given)),
    async close() {
      await running.landed()
      await Promise.all([session.release(), ...opening])
      await Promise.all(helpers.map((helper) => helper.close()))
    },
  }
}

/** A part of a larger buffer would travel with all of it. */
const alone = <T extends Fed['values'] | Uint8Array>(values: T): T =>
  isAlone(values) ? values : (values.slice() as T)

const isAlone = ({ byteLength, buffer }: Fed['values'] | Uint8Array): boolean =>
  byteLength === buffer.byteLength

const eachAlone = (feeds: Feeds): Feeds =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, fed]) => [name, { ...fed, values: alone(fed.values) }]),
  )

/**
 * The feeds with parts of larger arrays copied into buffers of their own, which may be lent.
 * @param buffers to use again, as long as there are any: new memory costs both threads more than the copy
 */
function copied(feeds: Feeds, buffers: ArrayBuffer[]): { sent: Feeds; lent: readonly ArrayBuffer[] } {
  const lent: ArrayBuffer[] = []
  const sent = Object.entries(feeds).map(([name, fed]): [string, Fed] => {
    const { values } = fed
    if (!(values instanceof Float32Array) || isAlone(values)) return [name, { ...fed, values: alone(values) }]
    const at = buffers.findIndex(({ byteLength }) => byteLength === values.byteLength)
    const [buffer = new ArrayBuffer(values.byteLength)] = at < 0 ? [] : buffers.splice(at, 1)
    lent.push(buffer)
    const own = new Float32Array(buffer)
    own.set(values)
    return [name, { ...fed, values: own }]
  })
  return { sent: Object.fromEntries(sent), lent }
}
