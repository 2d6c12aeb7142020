import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { Job, Project, WireFailure } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import type { ProjectState } from './useProject.ts'

const stopped: WireFailure = {
  code: 'core-stopped',
  message: 'The core stopped before this was finished. What was saved before is kept; start it again.',
  details: {},
}

/** What the page knew, brought up to date with the project: a job it no longer knows has died with the core. */
export function mergeJobs(known: ReadonlyMap<string, Job>, project: Project): ReadonlyMap<string, Job> {
  const merged = new Map<string, Job>()
  for (const job of known.values()) {
    const lost = job.status.state === 'running'
    merged.set(job.jobId, lost ? { ...job, status: { state: 'failed', failure: stopped } } : job)
  }
  for (const job of project.jobs) merged.set(job.jobId, job)
  return merged
}

/** Every job this page has heard of, the running one, and how to stop it. */
export function useJobs(connection: Connection, { project }: ProjectState) {
  const jobs = shallowRef<ReadonlyMap<string, Job>>(new Map())
  const cancelling = shallowRef<ReadonlySet<string>>(new Set())
  const failure = shallowRef<WireFailure | null>(null)

  const stopHearing = connection.on('jobChanged', (job) => {
    jobs.value = new Map(jobs.value).set(job.jobId, job)
  })
  onScopeDispose(stopHearing)
  watch(project, (record) => {
    if (record) jobs.value = mergeJobs(jobs.value, record)
  })

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
