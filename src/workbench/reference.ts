import type { Dataset, Threshold } from '../contract/records.ts'
import { openTable } from '../pipeline/dataset/openTable.ts'
import type { Table } from '../pipeline/dataset/table.ts'
import { encoderColumnNames } from '../pipeline/features/encoder.ts'
import { alignColumns } from '../pipeline/scoring/align.ts'
import { fitReference, type Reference } from '../pipeline/scoring/reference.ts'
import type { TrainedModel } from '../pipeline/training/trainedModel.ts'
import type { Context } from './context.ts'

/** Sums up the data set that a model was trained on, as the model reads it. */
export async function referenceOf(
  { database }: Pick<Context, 'database'>,
  input: {
    readonly dataset: Dataset
    readonly model: TrainedModel
    /** In any order. */
    readonly scores: Float32Array
    readonly threshold: Pick<Threshold, 'flagged'>
    readonly signal: AbortSignal
  },
): Promise<Reference> {
  const { dataset, model, scores, threshold, signal } = input
  const { encoder } = model
  const table = openTable(database, dataset)
  const { decimalMark } = dataset.dialect
  const { align, reads } = alignColumns({ encoder, columns: dataset.columns, decimalMark })
  // Its columns may have other types since.
  const aligned: Table = {
    ...table,
    async *read(_names, stop) {
      for await (const chunk of table.read(reads, stop)) yield align(chunk)
    },
  }
  return fitReference({ table: aligned, columns: encoderColumnNames(encoder), scores, threshold, signal })
}
