import { computed, shallowRef, watch } from 'vue'
import type { ExportedFile, Job, RunSummary } from '../../src/contract/records.ts'
import { outcomeOf } from './outcome.ts'
import { useJob } from './useJob.ts'
import type { JobsState } from './useJobs.ts'

/** Where a finished file goes: the desktop asks for a place, a browser downloads. */
export interface ExportPlace {
  /** Null: the person closed the dialog. Undefined: the core chooses, and `deliver` hands the file over. */
  choosePath(suggestedName: string): Promise<string | null | undefined>
  deliver(file: ExportedFile): void
}

/**
 * A job that writes one file of a run. A file under way is delivered also when another run is looked at meanwhile,
 * but shown only beside its own run.
 */
export function useFileJob(jobs: JobsState, run: () => RunSummary | null, place: ExportPlace) {
  const job = useJob(jobs, (ended: Job) => {
    if (ended.status.state === 'done' && ended.status.result.kind === 'export') {
      place.deliver(ended.status.result.file)
    }
  })
  const outcome = computed(() => {
    const now = run()
    return now && outcomeOf(now)
  })
  /** What is written. */
  const written = shallowRef<string | null>(null)
  watch(outcome, () => {
    if (!job.running.value) job.forget()
  })
  const file = computed<ExportedFile | null>(() => {
    if (written.value !== outcome.value) return null
    const status = job.job.value?.status
    return status?.state === 'done' && status.result.kind === 'export' ? status.result.file : null
  })

  /** Asks for a place where the host has one, then lets `write` start the job with it. */
  async function start(
    suggestedName: string,
    write: (runId: string, chosen: { readonly path?: string }) => Promise<{ jobId: string }>,
  ): Promise<void> {
    const now = run()
    if (!now || job.running.value) return
    written.value = outcomeOf(now)
    await job.start(async () => {
      const path = await place.choosePath(suggestedName)
      if (path === null) throw new DOMException('No file was chosen.', 'AbortError')
      return write(now.runId, path === undefined ? {} : { path })
    })
  }
  return { job, file, start }
}
