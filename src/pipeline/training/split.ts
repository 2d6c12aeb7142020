import { heldOutRows } from '../../contract/settings.ts'
import type { Matrix } from '../../engine/engine.ts'
import { sampleRows } from '../features/sample.ts'

/**
 * Sets a seeded sample of rows aside from training, for the validation curve. The rows that are left are numbered,
 * not copied: they are most of the table. `drawFrom` is null when none is set aside.
 */
export function splitValidation(input: {
  readonly matrix: Matrix
  readonly share: number
  readonly seed: number
}): { drawFrom: Int32Array; validation: Matrix } | { drawFrom: null; validation: null } {
  const { matrix, share, seed } = input
  const { rows, columns, values } = matrix
  const count = heldOutRows(rows, share)
  if (count === 0) return { drawFrom: null, validation: null }
  const heldOut = sampleRows({ rows, count, seed, purpose: 'validation' })
  const drawFrom = new Int32Array(rows - count)
  const cells = new Float32Array(count * columns)
  let held = 0
  for (let row = 0; row < rows; row++) {
    if (heldOut[held] !== row) drawFrom[row - held] = row
    else cells.set(values.subarray(row * columns, (row + 1) * columns), held++ * columns)
  }
  return { drawFrom, validation: { rows: count, columns, values: cells } }
}
