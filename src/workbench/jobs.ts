import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { Failure, toWireFailure } from '../contract/failure.ts'
import type { Job, JobKind, JobResult, JobState, LossPoint } from '../contract/records.ts'

/** What a running job may say of itself and must listen to. */
export interface JobHandle {
  readonly signal: AbortSignal
  /** What is being done now, and how much of the whole job is behind it (0..1, null when unknown). */
  report(update: {
    phase?: string
    progress?: number | null
    /** The loss curve from here on, instead of the one so far. */
    curve?: readonly LossPoint[]
    point?: LossPoint
  }): void
}

export interface JobEnding {
  readonly result: JobResult
  /** True when the job was stopped early but something of it was kept. */
  readonly stoppedEarly?: boolean
}

export interface NewJob {
  readonly kind: JobKind
  readonly title: string
  work(job: JobHandle): Promise<JobEnding>
  /** Called once the job has ended, however it did, and also when it was refused at the start. */
  ended?(): void
}

export interface Jobs {
  /** Starts `work` in the background and returns the job's id. One job of a kind at a time. */
  start(input: NewJob): string
  cancel(jobId: string): void
  list(): Job[]
  /** Cancels what runs and waits until it has ended. */
  close(): Promise<void>
}

/** A job that says nothing for this long may be taken for stuck. */
const reportMilliseconds = 1000

/** Waits for the end of what cannot be stopped half-way, and shows that the job is alive meanwhile. */
export async function whileReporting<Result>(
  { report }: Pick<JobHandle, 'report'>,
  phase: string,
  work: Promise<Result>,
): Promise<Result> {
  report({ phase })
  const timer = setInterval(() => report({}), reportMilliseconds)
  try {
    return await work
  } finally {
    clearInterval(timer)
  }
}

/** Announcements of one job are at least this far apart, endings excepted. */
const announceMilliseconds = 100
/** Ended jobs are kept for pages that reconnect. */
const keptJobs = 20

/**
 * Long work with progress, cancel and an ending that a page can read again after it reconnects.
 * @param announce called with a fresh record whenever a job began, moved or ended
 */
export function createJobs(announce: (job: Job) => void): Jobs {
  const records = new Map<string, Job>()
  const running = new Map<string, { controller: AbortController; ended: Promise<void> }>()

  let closing = false

  const forgetOldest = () => {
    const ended = [...records.values()].filter((job) => job.status.state !== 'running')
    for (const job of ended.slice(0, Math.max(0, ended.length - keptJobs))) records.delete(job.jobId)
  }

  async function run(job: Job, controller: AbortController, work: (job: JobHandle) => Promise<JobEnding>) {
    const started = performance.now()
    let current = job
    let lastAnnounced = 0
    const put = (next: Job, now: boolean) => {
      current = next
      records.set(next.jobId, next)
      if (now || performance.now() - lastAnnounced >= announceMilliseconds) {
        lastAnnounced = performance.now()
        announce(next)
      }
    }
    const handle: JobHandle = {
      signal: controller.signal,
      report({ phase = current.phase, progress = current.progress, curve: begun = current.curve, point }) {
        const curve = point ? [...begun, point] : begun
        const elapsed = (performance.now() - started) / 1000
        const secondsLeft =
          progress !== null && progress > 0.02 ? (elapsed / progress) * (1 - progress) : null
        put({ ...current, phase, progress, secondsLeft, curve }, phase !== current.phase)
      },
    }
    let status: JobState
    try {
      const { result, stoppedEarly } = await work(handle)
      status = stoppedEarly ? { state: 'cancelled', result } : { state: 'done', result }
    } catch (thrown) {
      const failure = toWireFailure(thrown)
      status =
        failure.code === 'cancelled' ? { state: 'cancelled', result: null } : { state: 'failed', failure }
    }
    running.delete(job.jobId)
    const progress = status.state === 'done' ? 1 : current.progress
    put({ ...current, progress, secondsLeft: null, status }, true)
    forgetOldest()
  }

  function refuseIfBusy(kind: JobKind): void {
    if (closing) throw new Failure('core-stopped', 'Residual is closing.')
    const busy = [...records.values()].find((job) => job.kind === kind && job.status.state === 'running')
    if (busy) {
      throw new Failure('busy', `"${busy.title}" is still running. Wait for it, or cancel it first.`, {
        jobId: busy.jobId,
      })
    }
  }

  return {
    start({ kind, title, work, ended }) {
      try {
        refuseIfBusy(kind)
      } catch (refused) {
        ended?.()
        throw refused
      }
      const job: Job = {
        jobId: randomUUID(),
        kind,
        title,
        startedAt: new Date().toISOString(),
        phase: 'Starting',
        progress: null,
        secondsLeft: null,
        curve: [],
        status: { state: 'running' },
      }
      const controller = new AbortController()
      records.set(job.jobId, job)
      announce(job)
      // The answer with the id leaves first; the work begins on the next turn.
      const over = setImmediate()
        .then(() => run(job, controller, work))
        .finally(ended)
      running.set(job.jobId, { controller, ended: over })
      return job.jobId
    },
    cancel(jobId) {
      if (!records.has(jobId)) throw new Failure('not-found', 'That job is not known any more.', { jobId })
      running.get(jobId)?.controller.abort()
    },
    list: () => [...records.values()],
    async close() {
      closing = true
      const all = [...running.values()]
      for (const { controller } of all) controller.abort()
      await Promise.all(all.map(({ ended }) => ended))
    },
  }
}
