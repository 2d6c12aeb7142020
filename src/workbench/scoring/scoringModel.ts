import type { Api } from '../../contract/api.ts'
import { openTable } from '../../pipeline/dataset/openTable.ts'
import { readDataset } from '../../pipeline/dataset/store.ts'
import type { KnownValues } from '../../pipeline/scoring/align.ts'
import type { Reference } from '../../pipeline/scoring/reference.ts'
import type { TrainedModel } from '../../pipeline/training/trainedModel.ts'
import type { Context } from '../context.ts'
import type { JobHandle } from '../jobs.ts'
import { emptyReference, runReference } from '../reference.ts'

/** A model that scores other rows than it was trained on. */
export interface ScoringModel {
  readonly name: string
  /** The run of this project that trained it; null for a model from a file. */
  readonly runId: string | null
  /** The model file of this project; null for a run's model. */
  readonly modelId: string | null
  readonly model: TrainedModel
  /** Scores of at least this are flagged. */
  readonly cut: number
  readonly reference: Reference
  readonly known: KnownValues
}

type Which = Parameters<Api['startScoring']>[0]['model']

/** Reads a model of a run or from a file, with all that scoring other rows needs. */
export async function takeModel(context: Context, which: Which, job: JobHandle): Promise<ScoringModel> {
  if ('modelId' in which) {
    const { modelId } = which
    const file = await context.models.read(modelId).catch((error) => {
      // A file that is refused is not in the list any more.
      context.projectChanged()
      throw error
    })
    const { name, model, threshold, reference: kept } = file
    const reference = kept ?? emptyReference(model)
    const known = keptValues(reference)
    return { name, runId: null, modelId, model, cut: threshold.cut, reference, known }
  }
  const { runId } = which
  const { datasetId, scored, threshold } = context.runs.find(runId)
  const { cut } = threshold
  const model = await context.runs.readModel(runId)
  const dataset = await readDataset(context.database, datasetId)
  const reference = await runReference(context, runId, job)
  if (scored !== null) {
    const { modelName: name, runId: trainedBy, modelId } = scored
    return { name, runId: trainedBy, modelId, model, cut, reference, known: keptValues(reference) }
  }
  const known = await knownValues(context, { datasetId, model, signal: job.signal })
  return { name: dataset.name, runId, modelId: null, model, cut, reference, known }
}

/** The values that a reference brings along. */
function keptValues({ columns }: Reference): KnownValues {
  const kept = new Map(columns.map(({ column, known }) => [column, known]))
  return (column) => kept.get(column) ?? null
}

/** Values of a column are collected up to this many. */
const mostKnownValues = 100_000

/** The values that the training data set has in the columns whose rare values share a feature. */
async function knownValues(
  { database }: Context,
  input: { readonly datasetId: string; readonly model: TrainedModel; readonly signal: AbortSignal },
): Promise<KnownValues> {
  const { datasetId, model, signal } = input
  const dataset = await readDataset(database, datasetId)
  const shared = model.encoder.columns
    .filter(({ features }) => features.some(({ kind }) => kind === 'other-level'))
    .map(({ name }) => name)
    .filter((name) => dataset.columns.some((column) => column.name === name))
  const values = new Map(shared.map((name) => [name, new Set<string>()]))
  for await (const { vectors } of openTable(database, dataset).read(shared, signal)) {
    for (const [index, name] of shared.entries()) {
      const seen = values.get(name)
      for (const value of vectors[index]?.values ?? []) {
        if (value !== null && seen !== undefined && seen.size <= mostKnownValues) seen.add(String(value))
      }
    }
  }
  return (name) => {
    const seen = values.get(name)
    return seen === undefined || seen.size > mostKnownValues ? null : seen
  }
}
