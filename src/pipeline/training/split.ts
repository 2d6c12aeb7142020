import type { Matrix } from '../../engine/engine.ts'
import { sampleRows } from '../features/sample.ts'

const mostValidationRows = 1000
/** A table with fewer rows than this trains on all of them: it has none to spare. */
const fewestRowsToSplit = 500

/** Sets a seeded sample of rows aside from training, for the validation curve. */
export function splitValidation(input: {
  readonly matrix: Matrix
  readonly share: number
  readonly seed: number
}): { training: Matrix; validation: Matrix | null } {
  const { matrix, share, seed } = input
  const count = Math.min(mostValidationRows, Math.floor(matrix.rows * share))
  if (count === 0 || matrix.rows < fewestRowsToSplit) return { training: matrix, validation: null }
  const heldOut = sampleRows({ rows: matrix.rows, count, seed, purpose: 'validation' })
  const training = new Float32Array((matrix.rows - count) * matrix.columns)
  const validation = new Float32Array(count * matrix.columns)
  let held = 0
  for (let row = 0; row < matrix.rows; row++) {
    const cells = matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns)
    if (heldOut[held] === row) validation.set(cells, held++ * matrix.columns)
    else training.set(cells, (row - held) * matrix.columns)
  }
  return {
    training: { rows: matrix.rows - count, columns: matrix.columns, values: training },
    validation: { rows: count, columns: matrix.columns, values: validation },
  }
}
