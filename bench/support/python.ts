import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

/**
 * A Python process that measures PyTorch and scikit-learn on request; kept between requests, but stopped: the threads
 * of its OpenMP wait awake, on cores that whoever is timed next needs.
 */
export interface PythonPeer {
  readonly torch: string
  readonly sklearn: string | null
  /** Seconds that `call` of bench/peers/server.py took. */
  seconds(call: string, request: object): Promise<number>
  close(): void
}

const canStop = process.platform !== 'win32'

/** Starts Python with PyTorch, or says why there is none. */
export async function startPython(): Promise<PythonPeer | string> {
  const child = spawn('python3', [resolve('bench/peers/server.py')], { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = answersOf(child)
  const end = () => void child.kill('SIGKILL')
  process.once('exit', end)
  const ask = async (request: object): Promise<Record<string, unknown>> => {
    if (canStop) child.kill('SIGCONT')
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const answer = await answers.next()
    if (canStop) child.kill('SIGSTOP')
    if (answer.done) throw new Error('Python ended')
    const parsed = JSON.parse(answer.value) as Record<string, unknown>
    if (typeof parsed.error === 'string') throw new Error(parsed.error)
    return parsed
  }
  try {
    const { torch, sklearn } = await ask({ call: 'versions' })
    return {
      torch: String(torch),
      sklearn: typeof sklearn === 'string' ? sklearn : null,
      seconds: async (call, request) => Number((await ask({ call, ...request })).seconds),
      close: end,
    }
  } catch (thrown) {
    end()
    return thrown instanceof Error ? thrown.message : String(thrown)
  }
}

/** Lines that the child prints, until it ends or cannot be started. */
async function* answersOf(child: ChildProcess): AsyncGenerator<string, undefined> {
  let failed: Error | undefined
  child.once('error', (error) => {
    failed = error
  })
  // Writing to a child that could not be started is reported by the event above.
  child.stdin?.on('error', () => {})
  if (child.stdout) for await (const line of createInterface({ input: child.stdout })) yield line
  if (failed) throw failed
}
