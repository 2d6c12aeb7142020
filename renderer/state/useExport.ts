import { shallowRef, watch } from 'vue'
import type { ExportFormat, ModelFormat } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { type ExportPlace, useFileJob } from './useFileJob.ts'
import type { JobsState } from './useJobs.ts'
import type { RunState } from './useRun.ts'
import type { ThresholdState } from './useThreshold.ts'

/** What will be written of a run, rows or its model, and the jobs that write. */
export function useExport(
  connection: Connection,
  jobs: JobsState,
  { run }: RunState,
  { ensureKept }: Pick<ThresholdState, 'ensureKept'>,
  place: ExportPlace,
) {
  const scope = shallowRef<'flagged' | 'all'>('flagged')
  const format = shallowRef<ExportFormat>('csv')
  /** Names of the columns to write; none: all. */
  const columns = shallowRef<readonly string[]>([])
  const codes = shallowRef(false)
  const neutraliseFormulas = shallowRef(true)
  const rows = useFileJob(jobs, () => run.value, place)
  const model = useFileJob(jobs, () => run.value, place)

  watch(
    () => run.value?.datasetId,
    () => {
      columns.value = []
    },
  )
  /** What of a run leaves the project. */
  const wanted = (runId: string) => ({
    runId,
    rows: scope.value,
    ...(columns.value.length > 0 ? { columns: columns.value } : {}),
    ...(codes.value ? { codes: true } : {}),
    neutraliseFormulas: neutraliseFormulas.value,
  })

  /** The line is kept first: the core flags by it, and rows by another line than the one on screen would be wrong. */
  const start = (suggestedName: string) =>
    rows.start(suggestedName, async (id, chosen) => {
      await ensureKept(id)
      return connection.api.startExport({
        ...wanted(id),
        ...(format.value === 'csv' ? {} : { format: format.value }),
        ...chosen,
      })
    })
  /** The rows as text for the clipboard, by the line on screen as well; null without a run. */
  async function readText() {
    const id = run.value?.runId
    if (id === undefined) return null
    await ensureKept(id)
    return await connection.api.readRowsAsText(wanted(id))
  }
  /** The model flags by the line on screen, so that is kept first here too. */
  const startModel = (suggestedName: string, format: ModelFormat) =>
    model.start(suggestedName, async (id, chosen) => {
      await ensureKept(id)
      return connection.api.startModelExport({ runId: id, format, ...chosen })
    })

  return {
    scope,
    format,
    columns,
    codes,
    neutraliseFormulas,
    job: rows.job,
    file: rows.file,
    modelJob: model.job,
    modelFile: model.file,
    deliver: place.deliver,
    start,
    readText,
    startModel,
  }
}
