import type { Matrix, ModelSpec } from '../engine.ts'
import type { Executor } from '../executor.ts'
import { type NumberArray, named } from '../program/inputs.ts'
import { createProgram, rowNumbers } from '../program.ts'
import { seededRandom } from '../random.ts'
import { checkRows, drawSteps, evenBatches, holdsMissing } from './batches.ts'

/** Loss of fixed rows under given weights. */
export interface Validation {
  readonly rows: Matrix
  loss(weights: NumberArray): Promise<number>
  close(): Promise<void>
}

/**
 * Corrupts the rows alike on every call, from a stream of its own: the curve shows learning, not luck, and
 * training draws are not disturbed.
 */
export async function createValidation(
  executor: Executor,
  spec: ModelSpec,
  rows: Matrix,
): Promise<Validation> {
  checkRows(spec, rows)
  const batches = evenBatches(spec, rows.rows, 1024)
  const program = createProgram(
    { ...spec, batchRows: batches.rows, hasMissing: spec.hasMissing || holdsMissing(rows) },
    rows,
  )
  const compiled = await executor.compile({
    fixed: program.sessionInputs,
    inputs: [{ name: 'weights', shape: [program.layout.size], dtype: 'float32' }, ...program.batchInputs],
    run: (inputs) => ({ losses: program.batchLosses(named(inputs, 'weights'), inputs) }),
  })
  return {
    rows,
    async loss(weights) {
      const random = seededRandom(spec.seed, 'validation')
      let total = 0
      for (let batch = 0; batch < batches.count; batch += 1) {
        const first = batch * batches.rows
        const drawn = drawSteps(program.batchInputs, 1, random, 0)
        const numbers = named(drawn, rowNumbers)
        // The last batch is filled up with the last row; what it adds is not counted.
        for (let index = 0; index < numbers.length; index += 1) {
          numbers[index] = Math.min(first + (index % batches.rows), rows.rows - 1)
        }
        const { losses } = await compiled.run({ weights, ...drawn })
        losses?.forEach((loss, index) => {
          if (first + (index % batches.rows) < rows.rows) total += loss
        })
      }
      return total / (rows.rows * spec.copies)
    },
    close: () => compiled.close(),
  }
}
