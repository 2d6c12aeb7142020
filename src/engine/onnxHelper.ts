import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { InferenceSession } from 'onnxruntime-node'
import { Failure } from '../contract/failure.ts'
import type { NumberArray } from './program/inputs.ts'

/** One tensor as it travels between threads. */
export interface Fed {
  readonly dtype: 'float32' | 'int32' | 'int64'
  readonly values: NumberArray | BigInt64Array
  readonly shape: readonly number[]
}

export type Feeds = Readonly<Record<string, Fed>>
export type Fetched = Readonly<Record<string, NumberArray>>

/** A graph on another thread. */
export interface HelperSession {
  /**
   * The outputs. Several may be asked for: they are computed one after the other.
   * @param lent buffers that move there instead of being copied, and come back with the outputs
   */
  run(given: Feeds, lent: readonly ArrayBuffer[]): Promise<{ results: Fetched; lent: readonly ArrayBuffer[] }>
  close(): Promise<void>
}

interface Request {
  readonly id: number
  readonly session: number
  readonly open?: {
    readonly bytes: Uint8Array
    readonly options: InferenceSession.SessionOptions
    readonly fixed: Feeds
  }
  readonly run?: Feeds
  readonly lent?: readonly ArrayBuffer[]
}

interface Answer {
  readonly id: number
  readonly results?: Fetched
  readonly lent?: readonly ArrayBuffer[]
  readonly error?: string
}

/** All that a helper thread does. Its text is sent there: nothing around it can be read. */
function serve(
  { parentPort, workerData }: typeof import('node:worker_threads'),
  load: (file: string) => typeof import('onnxruntime-node'),
): void {
  const { InferenceSession, Tensor } = load(workerData)
  type Tensors = Record<string, InstanceType<typeof Tensor>>
  const sessions = new Map<number, { session: InferenceSession; fixed: Tensors }>()
  const tensors = (feeds: Feeds): Tensors => {
    const made: Tensors = {}
    for (const [name, { dtype, values, shape }] of Object.entries(feeds))
      made[name] = new Tensor(dtype, values, shape)
    return made
  }
  const answer = async ({ session: number, open, run }: Request): Promise<Fetched> => {
    if (open) {
      const session = await InferenceSession.create(open.bytes, open.options)
      sessions.set(number, { session, fixed: tensors(open.fixed) })
      return {}
    }
    const opened = sessions.get(number)
    if (!opened) return {}
    if (!run) {
      sessions.delete(number)
      await opened.session.release()
      return {}
    }
    const outputs = await opened.session.run({ ...opened.fixed, ...tensors(run) })
    const results: Record<string, NumberArray> = {}
    for (const [name, { data }] of Object.entries(outputs)) results[name] = data as NumberArray
    return results
  }
  parentPort?.on('message', async (request: Request) => {
    const { id, lent = [] } = request
    try {
      parentPort?.postMessage({ id, results: await answer(request), lent }, lent)
    } catch (thrown) {
      parentPort?.postMessage({ id, error: thrown instanceof Error ? thrown.message : String(thrown) })
    }
  })
}

/** A thread that computes beside this one: ONNX Runtime's binding holds the thread that calls it until it is done. */
class Helper {
  readonly #worker: Worker
  readonly #waiting = new Map<number, { resolve(answer: Answer): void; reject(reason: Error): void }>()
  #ids = 0
  /** Why it computes nothing any more. */
  #ended: Failure | undefined

  constructor() {
    const source = `(${serve.toString()})(require('node:worker_threads'), require)`
    const workerData = createRequire(import.meta.url).resolve('onnxruntime-node')
    this.#worker = new Worker(source, { eval: true, workerData, execArgv: [] })
    this.#worker.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id)
      this.#waiting.delete(answer.id)
      this.#rest()
      waiting?.resolve(answer)
    })
    this.#worker.on('error', (cause: Error) => this.#end(cause.message))
    this.#worker.on('exit', (code) => this.#end(`code ${code}`))
    this.#rest()
  }

  async open(
    bytes: Uint8Array,
    options: InferenceSession.SessionOptions,
    fixed: Feeds,
  ): Promise<HelperSession> {
    this.#ids += 1
    const session = this.#ids
    await this.#ask({ session, open: { bytes, options, fixed } })
    return {
      run: async (given, moved) => {
        const { results = {}, lent = [] } = await this.#ask({ session, run: given, lent: moved })
        return { results, lent }
      },
      close: async () => {
        // A thread that ended has let go of everything.
        await this.#ask({ session }).catch((thrown: unknown) => {
          if (!this.#ended) throw thrown
        })
      },
    }
  }

  async #ask(request: Omit<Request, 'id'>): Promise<Answer> {
    this.#ids += 1
    const id = this.#ids
    if (this.#ended) throw this.#ended
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.ref()
      this.#worker.postMessage({ ...request, id }, request.lent)
    })
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer
  }

  #end(reason: string): void {
    endedBy ??= reason
    this.#ended ??= new Failure(
      'engine',
      `A helper thread of ONNX Runtime ended (${reason}) while it computed. Start again; where it happens again, use ` +
        'one thread (--threads 1).',
    )
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
    this.#waiting.clear()
  }

  /** Without anything to do it does not keep the process alive. */
  #rest(): void {
    if (this.#waiting.size === 0) this.#worker.unref()
  }
}

const helpers: Helper[] = []
let endedBy: string | undefined

/** Why a helper ended or could not start, where one did: the work goes on, on fewer threads. */
export const helperTrouble = (): string | undefined => endedBy

const mostHelpers = 3

/** The threads beside this one that `threads` allows; they are kept for the process's life. */
export function helpersFor(threads: number = availableParallelism()): readonly Helper[] {
  const count = Math.max(0, Math.min(mostHelpers, threads - 1))
  while (helpers.length < count) helpers.push(new Helper())
  return helpers.slice(0, count)
}
