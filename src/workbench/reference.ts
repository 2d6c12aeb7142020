import { countAtLeast } from '../contract/cut.ts'
import { openTable } from '../pipeline/dataset/openTable.ts'
import { readDataset } from '../pipeline/dataset/store.ts'
import type { Table } from '../pipeline/dataset/table.ts'
import { alignColumns } from '../pipeline/scoring/align.ts'
import { fitReference, type Reference } from '../pipeline/scoring/reference.ts'
import type { TrainedModel } from '../pipeline/training/trainedModel.ts'
import type { Context } from './context.ts'
import type { JobHandle } from './jobs.ts'
import type { StoredRun } from './store/storedRun.ts'

type Stores = Pick<Context, 'database' | 'runs'>

/**
 * What the rows looked like that a run's model was trained on, with the rows of them that the run's line flags as it
 * is drawn now.
 * @param job reports and stops the reading of those rows, where nothing was kept of them
 */
export async function runReference(context: Stores, runId: string, job: JobHandle): Promise<Reference> {
  const { runs } = context
  const run = runs.find(runId)
  const trained = trainingOf(context, run)
  if (trained === null) return (await runs.readReference(runId)) ?? emptyReference(run)
  const kept = await runs.readReference(trained.runId)
  const reference = kept ?? (await fitRunReference(context, trained, job))
  const { scores } = await runs.readScores(trained.runId)
  const flagged = countAtLeast(scores, run.threshold.cut)
  return { ...reference, scores: { ...reference.scores, flagged } }
}

/** The run whose training made a run's model; null where it is gone, or the model came from a file. */
export function trainingOf({ runs }: Pick<Context, 'runs'>, run: StoredRun): StoredRun | null {
  if (run.scored === null) return run
  const { runId } = run.scored
  return runs.list().find((one) => one.runId === runId) ?? null
}

/** Of a model that brings none along: nothing to compare with. */
export const emptyReference = ({ rows }: Pick<TrainedModel, 'rows'>): Reference => ({
  rows,
  columns: [],
  scores: { bins: { kind: 'ranges', edges: [], shares: [0] }, median: 0, flagged: 0 },
})

/** Sums up the data set that a run was trained on, as its model reads it, and keeps that with the run. */
async function fitRunReference(
  { database, runs }: Stores,
  { runId, datasetId, threshold }: StoredRun,
  { report, signal }: JobHandle,
): Promise<Reference> {
  const dataset = await readDataset(database, datasetId)
  const { encoder } = await runs.readModel(runId)
  const { scores: sorted } = await runs.readScores(runId)
  const table = openTable(database, dataset)
  const { decimalMark } = dataset.dialect
  const { align, reads } = alignColumns({ encoder, columns: dataset.columns, decimalMark })
  report({ phase: 'Looking at the training rows' })
  // Its columns may have other types since.
  const aligned: Table = {
    ...table,
    async *read(_names, stop) {
      for await (const chunk of table.read(reads, stop)) {
        yield align(chunk)
        report({})
      }
    },
  }
  const reference = await fitReference({ table: aligned, encoder, sorted, threshold, signal })
  // Where it cannot be kept it is made again.
  await runs.keepReference(runId, reference).catch(() => undefined)
  return reference
}
