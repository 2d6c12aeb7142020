import type { Api } from '../src/contract/api.ts'
import { Failure } from '../src/contract/failure.ts'

/** The menu's export: the flagged rows of the newest run, to a file that the person chooses. */
export async function exportNewestRun(
  api: Api,
  chooseSaveFile: (suggestedName: string) => Promise<string | null>,
): Promise<void> {
  const { runs, datasets } = await api.readProject({})
  const [run] = runs
  if (run === undefined)
    throw new Failure('not-found', 'There is nothing to export yet. Import a file and train on it first.')
  const dataset = datasets.find((one) => one.datasetId === run.datasetId)
  const name = (dataset?.name ?? 'rows').replace(/\.(csv|tsv|txt)(\.gz)?$/i, '')
  const path = await chooseSaveFile(`${name}-flagged.csv`)
  if (path !== null)
    await api.startExport({ runId: run.runId, rows: 'flagged', neutraliseFormulas: true, path })
}
