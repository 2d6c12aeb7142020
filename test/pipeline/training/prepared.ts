import type { TrainingSettings } from '../../../src/contract/records.ts'
import { encodeTable } from '../../../src/pipeline/features/encode.ts'
import { fitEncoder } from '../../../src/pipeline/features/fit.ts'
import { planModel } from '../../../src/pipeline/model/plan.ts'
import { arrayTable } from '../../support/arrayTable.ts'

export const never = new AbortController().signal

/** What `trainModel` needs for a table of one column. */
export async function prepared(rows: number, settings: Partial<TrainingSettings> = {}) {
  const table = arrayTable([{ name: 'size', cells: Array.from({ length: rows }, (_, row) => row) }], 100)
  const encoder = await fitEncoder({ table, signal: never })
  const matrix = await encodeTable({ table, encoder, signal: never })
  const plan = planModel({ settings, rows, features: matrix.columns, hasMissing: false })
  return { encoder, matrix, settings: plan.settings, spec: plan.spec }
}
