import type { Tensor } from '@tensorflow/tfjs-core'
import type { Matrix, ModelSpec } from '../engine.ts'
import type { Executor } from '../executor.ts'
import { rowWeights } from '../program/codes/code.ts'
import { type NumberArray, named } from '../program/inputs.ts'
import type { Phase } from '../program/phases.ts'
import { createProgram, rowNumbers, rowsKept } from '../program.ts'
import { seededRandom } from '../random.ts'
import { checkRows, drawSteps, evenBatches, holdsMissing } from './batches.ts'

/** Loss of fixed rows under given weights, in the terms of one phase. */
export interface Validation {
  readonly rows: Matrix
  readonly phase: Phase
  /**
   * Of each copy's rows with the smallest loss, as many as count at `step`, the mean; and the penalty of the batch
   * where there is one, averaged over the batches by their rows. Corrupted and weighted as at `step`.
   */
  loss(weights: NumberArray, step: number): Promise<number>
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
  phase: Phase,
): Promise<Validation> {
  checkRows(spec, rows)
  const batches = evenBatches(spec, rows.rows, 1024)
  const program = createProgram(
    { ...spec, batchRows: batches.rows, hasMissing: spec.hasMissing || holdsMissing(rows) },
    rows,
    undefined,
    phase,
  )
  const compiled = await executor.compile({
    fixed: program.sessionInputs,
    inputs: [
      { name: 'weights', shape: [program.layout.size], dtype: 'float32' },
      ...program.batchInputs,
      ...(program.penalisesBatch
        ? [{ name: rowWeights, shape: [1, batches.rows, 1], dtype: 'float32' as const }]
        : []),
    ],
    run(inputs): Record<string, Tensor> {
      const { losses, penalty } = program.batchLosses(named(inputs, 'weights'), inputs)
      return penalty ? { losses, penalty } : { losses }
    },
  })
  return {
    rows,
    phase,
    async loss(weights, step) {
      const random = seededRandom(spec.seed, 'validation')
      const byCopy = Array.from({ length: spec.copies }, () => new Float32Array(rows.rows))
      let penalties = 0
      for (let batch = 0; batch < batches.count; batch += 1) {
        const first = batch * batches.rows
        const drawn = drawSteps(program.batchInputs, 1, random, step)
        const numbers = named(drawn, rowNumbers)
        // The last batch is filled up with the last row; what it adds counts nowhere.
        const counted = Math.min(batches.rows, rows.rows - first)
        const counts = new Float32Array(batches.rows).fill(1 / counted, 0, counted)
        for (let index = 0; index < numbers.length; index += 1) {
          numbers[index] = Math.min(first + (index % batches.rows), rows.rows - 1)
        }
        const { losses, penalty } = await compiled.run({ weights, ...drawn, [rowWeights]: counts })
        if (penalty) penalties += (mean(penalty) * counted) / rows.rows
        for (const [copy, all] of byCopy.entries()) {
          const from = copy * batches.rows
          all.set((losses as Float32Array).subarray(from, from + counted), first)
        }
      }
      const kept = rowsKept(spec, step, rows.rows)
      const means = byCopy.map((losses) => mean(losses.sort().subarray(0, kept)))
      return mean(means) + penalties
    },
    close: () => compiled.close(),
  }
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < values.length; index += 1) sum += values[index] ?? 0
  return sum / values.length
}
