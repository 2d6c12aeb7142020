import type { Api } from '../contract/api.ts'
import { Failure } from '../contract/failure.ts'
import { type Connection, callingApi, connect } from '../contract/wire/connect.ts'
import type { Link } from '../contract/wire/link.ts'
import type { Announce } from '../contract/wire/serve.ts'
import { createJobWatch } from './jobWatch.ts'
import { openFailureIn } from './openFailure.ts'
import { closeRequest } from './processLink.ts'

/** One running core, however it was started. */
export interface CoreHandle {
  readonly link: Link
  /** Ends it without ceremony. */
  kill(): void
  /** Resolves when it has ended, with how it ended in words. */
  readonly ended: Promise<string>
}

export interface SupervisorTimes {
  /** Milliseconds before the first restart; doubled with each further quick death. */
  readonly backoff: number
  /** A core that lived shorter than this died quickly. */
  readonly quick: number
  /** Quick deaths in a row after which the supervisor gives up. */
  readonly mostQuickDeaths: number
  /** How long a job may show no change after a cancel before the core is killed. */
  readonly cancelPatience: number
  /** How long a core may take to close. */
  readonly closePatience: number
}

const usualTimes: SupervisorTimes = {
  backoff: 200,
  quick: 10_000,
  mostQuickDeaths: 5,
  cancelPatience: 5_000,
  closePatience: 5_000,
}

export interface Core {
  /** Calls go to the core that runs now; those under way when it dies are rejected with `core-stopped`. */
  readonly api: Api
  close(): Promise<void>
}

const closingFailure = () => new Failure('core-stopped', 'Residual is closing.')
const sayWhy = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown))

/** One core from its start to its end. */
interface Life {
  readonly handle: CoreHandle
  readonly connection: Connection
  readonly startedAt: number
  /** Why it could not open the project, once it has said so. */
  unopened: Failure | null
  /** It was ended for a job that would not stop, which says nothing about the next core. */
  wasStuck: boolean
}

/**
 * Keeps a core running: starts it, starts it again when it dies, kills it when a cancelled job does not
 * stop, and gives up with a clear message when it keeps dying. A core that cannot open its project is
 * ended, and the next call tries another one: whoever held the project may have let go of it.
 */
export function superviseCore(options: {
  readonly start: () => CoreHandle
  readonly announce: Announce
  readonly times?: Partial<SupervisorTimes> | undefined
}): Core {
  const { announce } = options
  const times = { ...usualTimes, ...options.times }
  const watch = createJobWatch({
    patience: times.cancelPatience,
    onStuck() {
      life.wasStuck = true
      life.handle.kill()
    },
  })
  let closing = false
  let quickDeaths = 0
  /** Tries to open the project once more; null while nothing waits for that. */
  let tryAgain: (() => void) | null = null
  let life = begin()
  let current = Promise.resolve(life)

  /** Starts a core, passes its events on, and has it followed by another when it ends. */
  function begin(): Life {
    const handle = options.start()
    const connection = connect(handle.link)
    const begun: Life = { handle, connection, startedAt: Date.now(), unopened: null, wasStuck: false }
    connection.on('projectChanged', () => announce('projectChanged'))
    connection.on('jobChanged', (job) => {
      watch.saw(job)
      announce('jobChanged', job)
    })
    handle.link.onMessage((message) => {
      const failure = openFailureIn(message)
      if (failure === null) return
      begun.unopened = failure
      handle.kill()
    })
    // The link ends a little before the process does; from then on calls wait for the next core.
    handle.link.onClose(() => {
      if (closing) return
      current = successor(begun)
      current.catch(() => undefined) // each later call reports it
    })
    return begun
  }

  async function successor(ended: Life): Promise<Life> {
    const timer = setTimeout(() => ended.handle.kill(), 1000)
    // Asked for while the core was still ending, or by a later call.
    const asked =
      ended.unopened &&
      new Promise<void>((resolve) => {
        tryAgain = resolve
      })
    const how = await ended.handle.ended
    clearTimeout(timer)
    for (const job of watch.coreDied(how)) announce('jobChanged', job)
    if (asked) {
      await asked
      return restart(how, 'The project is open now.')
    }
    if (!ended.wasStuck) quickDeaths = Date.now() - ended.startedAt < times.quick ? quickDeaths + 1 : 0
    return restart(how, null)
  }

  /** Starts the next core, after a while that grows with each quick death. */
  async function restart(how: string, success: string | null): Promise<Life> {
    if (quickDeaths >= times.mostQuickDeaths) {
      const message = `The core stopped ${quickDeaths} times in a row (${how}). Restart Residual to try again.`
      announce('coreRestarted', { message, working: false })
      throw new Failure('core-stopped', message)
    }
    await new Promise((resolve) => setTimeout(resolve, times.backoff * 2 ** Math.max(0, quickDeaths - 1)))
    if (closing) throw closingFailure()
    try {
      life = begin()
    } catch (thrown) {
      quickDeaths++
      return restart(sayWhy(thrown), success)
    }
    void tellWhenReady(life, how, success)
    return life
  }

  /** @param success what to say then; null after a death, of which everyone is told */
  async function tellWhenReady(next: Life, how: string, success: string | null): Promise<void> {
    try {
      await next.connection.api.listJobs({})
    } catch (thrown) {
      const failure = next.unopened ?? thrown
      // Another death is told by the next restart, and whoever asked is told by the answer. A project that
      // does not open any more is told here.
      if (success === null && failure instanceof Failure && failure.code !== 'link-closed')
        announce('coreRestarted', { message: failure.message, working: false })
      return
    }
    const message = success ?? `The core stopped (${how}) and was started again.`
    announce('coreRestarted', { message, working: true })
    announce('projectChanged')
  }

  async function call(method: string, input: unknown): Promise<unknown> {
    if (closing) throw closingFailure()
    tryAgain?.()
    tryAgain = null
    const asked = await current
    if (method === 'cancelJob') watch.cancelAsked(input)
    try {
      return watch.complete(method, await asked.connection.call(method, input))
    } catch (thrown) {
      if (!(thrown instanceof Failure) || thrown.code !== 'link-closed') throw thrown
      if (asked.unopened !== null) throw asked.unopened
      throw new Failure('core-stopped', `The core stopped before it answered (${method}). Please try again.`)
    }
  }

  return {
    api: callingApi(call),
    async close() {
      closing = true
      watch.close()
      life.handle.link.post(closeRequest)
      const timer = setTimeout(() => life.handle.kill(), times.closePatience)
      await life.handle.ended
      clearTimeout(timer)
    },
  }
}
