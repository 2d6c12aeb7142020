import { computed, shallowRef, watch } from 'vue'
import type { ExportedFile, Job } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { useJob } from './useJob.ts'
import type { JobsState } from './useJobs.ts'
import type { RunState } from './useRun.ts'
import type { ThresholdState } from './useThreshold.ts'

/** Where a finished file goes: the desktop asks for a place, a browser downloads. */
export interface ExportPlace {
  /** Null: the person closed the dialog. Undefined: the core chooses, and `deliver` hands the file over. */
  choosePath(suggestedName: string): Promise<string | null | undefined>
  deliver(file: ExportedFile): void
}

/** What will be written and the job that writes it. */
export function useExport(
  connection: Connection,
  jobs: JobsState,
  { run }: RunState,
  { ensureKept }: Pick<ThresholdState, 'ensureKept'>,
  place: ExportPlace,
) {
  const scope = shallowRef<'flagged' | 'all'>('flagged')
  const neutraliseFormulas = shallowRef(true)

  const job = useJob(jobs, (ended: Job) => {
    if (ended.status.state === 'done' && ended.status.result.kind === 'export') {
      place.deliver(ended.status.result.file)
    }
  })
  /** The run whose rows are written. A file under way is delivered also when another run is looked at meanwhile. */
  const writtenRun = shallowRef<string | null>(null)
  watch(
    () => run.value?.runId,
    () => {
      if (!job.running.value) job.forget()
    },
  )

  const file = computed<ExportedFile | null>(() => {
    if (writtenRun.value !== run.value?.runId) return null
    const status = job.job.value?.status
    return status?.state === 'done' && status.result.kind === 'export' ? status.result.file : null
  })

  /** Asks for a place where the host has one, then writes. The line is kept first: the core flags by it. */
  async function start(suggestedName: string): Promise<void> {
    const runId = run.value?.runId
    if (runId === undefined || job.running.value) return
    writtenRun.value = runId
    await job.start(async () => {
      const path = await place.choosePath(suggestedName)
      if (path === null) throw new DOMException('No file was chosen.', 'AbortError')
      // Rows by another line than the one on screen would be the wrong rows.
      await ensureKept(runId)
      return connection.api.startExport({
        runId,
        rows: scope.value,
        neutraliseFormulas: neutraliseFormulas.value,
        ...(path === undefined ? {} : { path }),
      })
    })
  }

  return { scope, neutraliseFormulas, job, file, deliver: place.deliver, start }
}
