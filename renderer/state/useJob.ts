import { computed, shallowRef, watch } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { Job, WireFailure } from '../../src/contract/records.ts'
import type { JobsState } from './useJobs.ts'

/**
 * A job that this page started: where it stands, and one call when it ends. `start` asks the core for
 * the job; `ended` hears of its ending once, whichever way it ended.
 */
export function useJob(jobs: JobsState, ended: (job: Job) => void | Promise<void>) {
  const jobId = shallowRef<string | null>(null)
  const starting = shallowRef(false)
  const refused = shallowRef<WireFailure | null>(null)
  const job = computed(() => (jobId.value === null ? null : (jobs.jobs.value.get(jobId.value) ?? null)))
  let reported: string | null = null

  watch(job, (now) => {
    if (!now || now.status.state === 'running' || reported === now.jobId) return
    reported = now.jobId
    void ended(now)
  })

  async function start(ask: () => Promise<{ jobId: string }>): Promise<void> {
    if (starting.value) return
    starting.value = true
    refused.value = null
    // One that still runs is followed to its end if the next is refused.
    if (job.value?.status.state !== 'running') jobId.value = null
    try {
      jobId.value = (await ask()).jobId
    } catch (thrown) {
      const failure = toWireFailure(thrown)
      // Closing a save dialog is a choice, not an error.
      if (failure.code !== 'cancelled') refused.value = failure
    } finally {
      starting.value = false
    }
  }

  /** Why the last start came to nothing: refused at once, or failed on the way. */
  const failure = computed<WireFailure | null>(() => {
    if (refused.value) return refused.value
    return job.value?.status.state === 'failed' ? job.value.status.failure : null
  })
  const running = computed(() => starting.value || job.value?.status.state === 'running')

  /** Follows a job that someone else started. */
  function adopt(id: string): void {
    jobId.value = id
    refused.value = null
  }

  function forget(): void {
    jobId.value = null
    refused.value = null
  }
  return { jobId, job, starting, running, failure, start, adopt, forget }
}
