import { availableParallelism } from 'node:os'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { type Fed, type Feeds, type Fetched, type HelperSession, helpersFor } from './onnxHelper.ts'
import { guarded, loadOnnxRuntime } from './onnxRuntime.ts'

/** One graph on this thread and on helpers beside it, for work that falls into independent parts. */
export interface Team {
  /** The outputs for each of the feeds, in their order. */
  run(given: readonly Feeds[]): Promise<readonly Fetched[]>
  close(): Promise<void>
}

/** Every helper has a copy of the fixed values. Above this many bytes these would cost more memory than is just. */
const mostFixedBytes = 64 << 20

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
  const threads = fixedBytes > mostFixedBytes ? 1 : Math.min(most, input.threads ?? availableParallelism())
  const bytes = alone(input.bytes)
  const feeds = eachAlone(fixed)
  // A helper that cannot start is no reason to stop: this thread does everything then. What is wrong with the graph
  // shows here too.
  const opening = helpersFor(threads).map((helper) => helper.open(bytes, options, feeds).catch(() => null))
  const session = await guarded(() => InferenceSession.create(bytes, options))
  const helpers = (await Promise.all(opening)).filter((each): each is HelperSession => each !== null)
  const tensors = (given: Feeds): Record<string, Tensor> =>
    Object.fromEntries(
      Object.entries(given).map(([name, { dtype, values, shape }]) => [
        name,
        new Tensor(dtype, values, shape),
      ]),
    )
  const fixedTensors = tensors(fixed)

  const runHere = async (given: readonly Feeds[]): Promise<Fetched[]> => {
    const results: Fetched[] = []
    for (const each of given) {
      const found = await guarded(() => session.run({ ...fixedTensors, ...tensors(each) }))
      results.push(
        Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, data as Fetched[string]])),
      )
    }
    return results
  }
  return {
    async run(given) {
      const members = helpers.length + 1
      const share = (member: number) => given.filter((_, index) => index % members === member)
      const results = await Promise.all([
        // Helpers first: this thread answers nothing until its own share is done.
        ...helpers.map((helper, index) => guarded(() => runThere(helper, share(index + 1)))),
        runHere(share(0)),
      ])
      const here = results.pop() ?? []
      return given.map((_, index) => {
        const member = index % members
        const own = member === 0 ? here : results[member - 1]
        return own?.[Math.floor(index / members)] ?? {}
      })
    },
    close: async () => {
      await Promise.all([session.release(), ...helpers.map((helper) => helper.close())])
    },
  }
}

function runThere(helper: HelperSession, given: readonly Feeds[]): Promise<readonly Fetched[]> {
  const sent = given.map(eachAlone)
  const made = sent.flatMap((feeds, index) =>
    Object.entries(feeds).flatMap(([name, { values }]) =>
      values !== given[index]?.[name]?.values && values.buffer instanceof ArrayBuffer ? [values.buffer] : [],
    ),
  )
  return helper.run(sent, made)
}

/** A part of a larger buffer would travel with all of it. */
const alone = <T extends Fed['values'] | Uint8Array>(values: T): T =>
  values.byteLength === values.buffer.byteLength ? values : (values.slice() as T)

const eachAlone = (feeds: Feeds): Feeds =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, fed]) => [name, { ...fed, values: alone(fed.values) }]),
  )
