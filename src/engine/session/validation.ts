import type { Matrix, ModelSpec } from '../engine.ts'
import type { Executor } from '../executor.ts'
import { type NumberArray, named } from '../program/inputs.ts'
import { createProgram, rowNumbers } from '../program.ts'
import { seededRandom } from '../random.ts'
import { checkRows, drawSteps, evenBatches, holdsMissing } from './batches.ts'

/** Loss of fixed rows under given weights: of each copy's `kept` rows with the smallest loss, the mean. */
export interface Validation {
  readonly rows: Matrix
  loss(weights: NumberArray, kept: number): Promise<number>
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
    async loss(weights, kept) {
      const random = seededRandom(spec.seed, 'validation')
      const byCopy = Array.from({ length: spec.copies }, () => new Float32Array(rows.rows))
      for (let batch = 0; batch < batches.count; batch += 1) {
        const first = batch * batches.rows
        const drawn = drawSteps(program.batchInputs, 1, random, 0)
        const numbers = named(drawn, rowNumbers)
        // The last batch is filled up with the last row; what it adds is not counted.
        for (let index = 0; index < numbers.length; index += 1) {
          numbers[index] = Math.min(first + (index % batches.rows), rows.rows - 1)
        }
        const { losses } = await compiled.run({ weights, ...drawn })
        for (const [copy, all] of byCopy.entries()) {
          const from = copy * batches.rows
          const counted = Math.min(batches.rows, rows.rows - first)
          all.set((losses as Float32Array).subarray(from, from + counted), first)
        }
      }
      const means = byCopy.map((losses) => mean(losses.sort().subarray(0, kept)))
      return mean(means)
    },
    close: () => compiled.close(),
  }
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < values.length; index += 1) sum += values[index] ?? 0
  return sum / values.length
}
