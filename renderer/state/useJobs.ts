import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { Job, WireFailure } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import type { ProjectState } from './useProject.ts'

const stopped: WireFailure = {
  code: 'core-stopped',
  message: 'The core stopped before this was finished. What was saved before is kept; start it again.',
  details: {},
}

/** Calls the running jobs among `ids` stopped: they have died with the core. */
function callStopped(known: ReadonlyMap<string, Job>, ids: ReadonlySet<string>): ReadonlyMap<string, Job> {
  const next = new Map(known)
  for (const job of known.values()) {
    if (job.status.state !== 'running' || !ids.has(job.jobId)) continue
    next.set(job.jobId, { ...job, status: { state: 'failed', failure: stopped } })
  }
  return next
}

/**
 * What the page knows, brought up to date with what the core told. The answer may be older than the events
 * that overtook it: an ended job stays ended, and a job counts as lost only if it was already known when the
 * core was asked (`knownWhenAsked`).
 */
export function mergeJobs(
  known: ReadonlyMap<string, Job>,
  told: readonly Job[],
  knownWhenAsked: ReadonlySet<string>,
): ReadonlyMap<string, Job> {
  const toldIds = new Set(told.map((job) => job.jobId))
  const lost = new Set([...knownWhenAsked].filter((id) => !toldIds.has(id)))
  const merged = new Map(callStopped(known, lost))
  for (const job of told) {
    const here = merged.get(job.jobId)
    if (!here || here.status.state === 'running') merged.set(job.jobId, job)
  }
  return merged
}

/** Every job this page has heard of, the running one, and how to stop it. */
export function useJobs(connection: Connection, { project, asked }: Pick<ProjectState, 'project' | 'asked'>) {
  const jobs = shallowRef<ReadonlyMap<string, Job>>(new Map())
  const cancelling = shallowRef<ReadonlySet<string>>(new Set())
  const failure = shallowRef<WireFailure | null>(null)

  let knownWhenAsked: ReadonlySet<string> = new Set()

  const stopsHearing = [
    connection.on('jobChanged', (job) => {
      jobs.value = new Map(jobs.value).set(job.jobId, job)
    }),
    connection.on('coreRestarted', () => {
      jobs.value = callStopped(jobs.value, new Set(jobs.value.keys()))
    }),
  ]
  onScopeDispose(() => {
    for (const stop of stopsHearing) stop()
  })
  watch(
    asked,
    () => {
      knownWhenAsked = new Set(jobs.value.keys())
    },
    { flush: 'sync', immediate: true },
  )
  // Not the whole record: a threshold put into it brings no news of jobs.
  watch(
    () => project.value?.jobs,
    (told) => {
      if (told) jobs.value = mergeJobs(jobs.value, told, knownWhenAsked)
    },
    { flush: 'sync' },
  )

  /** Asks the core to stop a job; its ending arrives as an event. */
  async function cancel(jobId: string): Promise<void> {
    cancelling.value = new Set(cancelling.value).add(jobId)
    try {
      await connection.api.cancelJob({ jobId })
      failure.value = null
    } catch (thrown) {
      failure.value = toWireFailure(thrown)
    }
  }

  const running = computed(() => [...jobs.value.values()].filter((job) => job.status.state === 'running'))
  return {
    jobs,
    running,
    cancelling,
    failure,
    cancel,
    runningOf: (kind: Job['kind']) => running.value.find((job) => job.kind === kind) ?? null,
  }
}

export type JobsState = ReturnType<typeof useJobs>
