import type { Api } from '../contract/api.ts'
import { Failure } from '../contract/failure.ts'
import { type Connection, callingApi, connect } from '../contract/wire/connect.ts'
import type { Link } from '../contract/wire/link.ts'
import type { Announce } from '../contract/wire/serve.ts'
import { createJobWatch } from './jobWatch.ts'
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

/**
 * Keeps a core running: starts it, starts it again when it dies, kills it when a cancelled job does not
 * stop, and gives up with a clear message when it keeps dying.
 */
export function superviseCore(options: {
  readonly start: () => CoreHandle
  readonly announce: Announce
  readonly times?: Partial<SupervisorTimes> | undefined
}): Core {
  const { announce } = options
  const times = { ...usualTimes, ...options.times }
  const watch = createJobWatch({ patience: times.cancelPatience, onStuck: () => handle.kill() })
  let closing = false
  let quickDeaths = 0
  let handle = options.start()
  let connection = Promise.resolve(follow(handle))

  /** Connects to a core just started, passes its events on, and has it started again when it ends. */
  function follow(started: CoreHandle): Connection {
    const startedAt = Date.now()
    const opened = connect(started.link)
    opened.on('projectChanged', () => announce('projectChanged'))
    opened.on('jobChanged', (job) => {
      watch.saw(job)
      announce('jobChanged', job)
    })
    // The link ends a little before the process does; from then on calls wait for the next core.
    started.link.onClose(() => {
      if (closing) return
      const timer = setTimeout(() => started.kill(), 1000)
      connection = started.ended.then((how) => {
        clearTimeout(timer)
        quickDeaths = Date.now() - startedAt < times.quick ? quickDeaths + 1 : 0
        return restart(how)
      })
      connection.catch(() => undefined) // each later call reports it
    })
    return opened
  }

  async function restart(how: string): Promise<Connection> {
    for (const job of watch.coreDied(how)) announce('jobChanged', job)
    if (quickDeaths >= times.mostQuickDeaths) {
      const message = `The core stopped ${quickDeaths} times in a row (${how}). Restart Residual to try again.`
      announce('coreRestarted', { message, working: false })
      throw new Failure('core-stopped', message)
    }
    await new Promise((resolve) => setTimeout(resolve, times.backoff * 2 ** Math.max(0, quickDeaths - 1)))
    if (closing) throw closingFailure()
    handle = options.start()
    const opened = follow(handle)
    void tellWhenReady(opened, how)
    return opened
  }

  async function tellWhenReady(opened: Connection, how: string): Promise<void> {
    try {
      await opened.api.listJobs({})
      announce('coreRestarted', {
        message: `The core stopped (${how}) and was started again.`,
        working: true,
      })
      announce('projectChanged')
    } catch (thrown) {
      // Another death is told by the next restart; a project that does not open any more is told here.
      if (thrown instanceof Failure && thrown.code !== 'link-closed')
        announce('coreRestarted', { message: thrown.message, working: false })
    }
  }

  async function call(method: string, input: unknown): Promise<unknown> {
    if (closing) throw closingFailure()
    const current = await connection
    if (method === 'cancelJob') watch.cancelAsked(input)
    try {
      return watch.complete(method, await current.call(method, input))
    } catch (thrown) {
      if (!(thrown instanceof Failure) || thrown.code !== 'link-closed') throw thrown
      throw new Failure('core-stopped', `The core stopped before it answered (${method}). Please try again.`)
    }
  }

  return {
    api: callingApi(call),
    async close() {
      closing = true
      watch.close()
      handle.link.post(closeRequest)
      const timer = setTimeout(() => handle.kill(), times.closePatience)
      await handle.ended
      clearTimeout(timer)
    },
  }
}
