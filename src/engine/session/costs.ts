import * as tf from '@tensorflow/tfjs-core'
import type { Matrix, ModelSpec, RowCosts } from '../engine.ts'
import { type CompiledBatches, compileBatches, type Executor } from '../executor.ts'
import { inFlight } from '../inFlight.ts'
import { type NumberArray, named } from '../program/inputs.ts'
import { denseLayout } from '../program/layout.ts'
import { createScoringProgram } from '../program.ts'
import { filledUp, mostBatchRows } from './batches.ts'
import { closeAll } from './closing.ts'
import { ofEachCopy } from './copies.ts'
import { drawsOf, fewestRows } from './draws.ts'
import { keptFor } from './kept.ts'

/** The costs of any number of rows under given weights. */
export interface Costs {
  /** Of each row: the sum of its errors, the mean of the copies. */
  of(rows: Matrix): Promise<RowCosts>
  /** Waits for what is being computed. */
  close(): Promise<void>
}

/** Rows of a batch: its activations stay in a core's cache. A graph is compiled and kept for each size that is met. */
const batchSizes = [1024, 256, 32]

/**
 * Copy by copy, each as a network of its own, rather than as a batch of products: their biases are then added while
 * they multiply, and a copy's activations need not leave the cache before they are used. The weights are constants of
 * the graph, so that they are laid out for the products once.
 */
export function openCosts(executor: Executor, spec: ModelSpec, weights: NumberArray): Costs {
  const { draws, together } = drawsOf(spec)
  const single = createScoringProgram({ ...spec, copies: 1 }, together)
  const sizes = batchSizes.map((size) => {
    const rows = mostBatchRows(spec, size)
    return Math.min(rows, Math.max(fewestRows, Math.floor(rows / draws)))
  })
  const fixed = ofEachCopy(denseLayout(spec), spec.copies, weights).map((values, copy) => ({
    name: `weights ${copy}`,
    shape: [single.layout.size],
    dtype: 'float32' as const,
    values,
  }))
  // A context cell is no part of the cost, so that a missing one may not show there.
  const expectsMissing = spec.hasMissing || spec.context.length > 0
  const compiled = new Map<string, Promise<CompiledBatches>>()
  const costsFor = (batchRows: number, hasMissing: boolean): Promise<CompiledBatches> => {
    const compile = () =>
      compileBatches(executor, {
        fixed,
        inputs: [{ name: 'rows', shape: [1, batchRows, spec.features], dtype: 'float32' }],
        run: (inputs) => {
          const sums = fixed.map(({ name }) =>
            tf.sum(single.score(named(inputs, name), named(inputs, 'rows'), hasMissing).errors, -1),
          )
          return { costs: tf.mul(tf.addN(sums), 1 / spec.copies) }
        },
      })
    return keptFor(compiled, `${batchRows} ${hasMissing}`, compile)
  }

  const compute = async (rows: Matrix, hasMissing: boolean): Promise<Float32Array> => {
    const size = sizes.find((one) => one <= rows.rows) ?? Math.min(...sizes)
    const together = await costsFor(size, hasMissing)
    const costs = new Float32Array(rows.rows)
    const run = async (first: number, batches: number) => {
      const end = Math.min(first + batches * size, rows.rows)
      const cells = rows.values.subarray(first * rows.columns, end * rows.columns)
      const found = await together.run(batches, { rows: filledUp(cells, batches * size * rows.columns) })
      costs.set(named(found, 'costs').subarray(0, end - first), first)
    }
    const whole = Math.floor(rows.rows / size)
    if (whole > 0) await run(0, whole)
    // A batch that is filled up costs less than a smaller one of its own, which would have to be compiled.
    if (whole * size < rows.rows) await run(whole * size, 1)
    return costs
  }

  const of = async (rows: Matrix): Promise<RowCosts> => {
    if (expectsMissing) return { costs: await compute(rows, true), hasMissing: true }
    // Masks cost time, and so does looking for cells that are missing: where there is one, the row's cost says it.
    const costs = await compute(rows, false)
    const incomplete: number[] = []
    for (let row = 0; row < rows.rows; row += 1) if (Number.isNaN(costs[row])) incomplete.push(row)
    if (incomplete.length === 0) return { costs, hasMissing: false }
    const masked = await compute(chosenRows(rows, incomplete), true)
    for (const [index, row] of incomplete.entries()) costs[row] = masked[index] ?? Number.NaN
    return { costs, hasMissing: true }
  }

  const computing = inFlight()
  return {
    of: (rows) => computing.run(() => of(rows)),
    async close() {
      await computing.landed()
      await closeAll([...compiled.values()])
    },
  }
}

function chosenRows({ columns, values }: Matrix, chosen: readonly number[]): Matrix {
  const cells = new Float32Array(chosen.length * columns)
  for (const [index, row] of chosen.entries())
    cells.set(values.subarray(row * columns, (row + 1) * columns), index * columns)
  return { rows: chosen.length, columns, values: cells }
}
