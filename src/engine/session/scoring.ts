import { setImmediate } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs-core'
import type { Matrix, ModelSpec, ScoredRows } from '../engine.ts'
import { type CompiledBatches, type CompiledFunction, compileBatches, type Executor } from '../executor.ts'
import { type Arrays, type NumberArray, named } from '../program/inputs.ts'
import { createScoringProgram, type ScoringProgram } from '../program.ts'
import { checkRows, holdsMissing, mostBatchRows } from './batches.ts'
import { closeAll } from './closing.ts'
import { ofEachCopy } from './copies.ts'
import { drawsOf } from './draws.ts'
import { keptFor } from './kept.ts'

/** Scores any number of rows, in batches of bounded size. */
export interface Scoring {
  score(weights: NumberArray, rows: Matrix): Promise<ScoredRows>
  /** Of each row: the sum of its errors alone. */
  rowCosts(weights: NumberArray, rows: Matrix, hasMissing?: boolean): Promise<Float32Array>
  close(): Promise<void>
}

/** Rows of a batch whose costs alone are asked for: their activations stay in a core's cache. */
const costBatchSizes = [2048, 256, 32]

/** However many draws a row takes: with fewer rows the calls would take longer than the work. */
const fewestRows = 16

/** Batches whose costs are computed before calls are answered again: about 40 ms of work on two cores. */
const mostBatchesAtOnce = 32

/** Rows of a batch. A graph is compiled and kept for each of these sizes, so they are few. */
const batchSizes = [8192, 1024, 64]

export function createScoring(executor: Executor, spec: ModelSpec): Scoring {
  const { draws, together } = drawsOf(spec)
  const program = createScoringProgram(spec, together)
  const { layout } = program
  // Rows are divided by the draws: neither memory nor the time of a batch grows with them.
  const sizes = batchSizes.map((size) =>
    mostBatchRows(
      { ...spec, copies: spec.copies * together },
      Math.max(fewestRows, Math.floor(size / draws)),
    ),
  )
  const smallest = Math.min(...sizes)
  const compiled = new Map<string, Promise<CompiledFunction>>()

  const functionFor = (batchRows: number, hasMissing: boolean): Promise<CompiledFunction> => {
    const compile = () =>
      executor.compile({
        fixed: [],
        inputs: [
          { name: 'weights', shape: [layout.size], dtype: 'float32' },
          { name: 'rows', shape: [1, batchRows, spec.features], dtype: 'float32' },
        ],
        run: (inputs) => program.score(named(inputs, 'weights'), named(inputs, 'rows'), hasMissing),
      })
    return keptFor(compiled, `${batchRows} ${hasMissing}`, compile)
  }

  const compiledCosts = new Map<string, Promise<CompiledBatches>>()
  const costSizes = costBatchSizes.map((size) =>
    Math.max(1, Math.floor(mostBatchRows(spec, size) / together)),
  )
  const atOnce = Math.max(1, Math.floor((mostBatchesAtOnce * together) / draws))
  /**
   * Copy by copy, each as a network of its own, rather than as a batch of products: their biases are then added while
   * they multiply, and a copy's activations need not leave the cache before they are used.
   */
  const costsFor = (batchRows: number, hasMissing: boolean): Promise<CompiledBatches> => {
    const single = createScoringProgram({ ...spec, copies: 1 }, together)
    const names = Array.from({ length: spec.copies }, (_, copy) => `weights ${copy}`)
    const compile = () =>
      compileBatches(executor, {
        fixed: [],
        inputs: [
          ...names.map((name) => ({ name, shape: [single.layout.size], dtype: 'float32' as const })),
          { name: 'rows', shape: [1, batchRows, spec.features], dtype: 'float32' },
        ],
        run: (inputs) => {
          const sums = names.map((name) =>
            tf.sum(single.score(named(inputs, name), named(inputs, 'rows'), hasMissing).errors, -1),
          )
          return { costs: tf.mul(tf.addN(sums), 1 / spec.copies) }
        },
      })
    return keptFor(compiledCosts, `${batchRows} ${hasMissing}`, compile)
  }

  return {
    async rowCosts(weights, rows, hasMissing = holdsMissing(rows)) {
      const costs = new Float32Array(rows.rows)
      if (rows.rows === 0) return costs
      checkRows(spec, rows)
      const ofCopies = weightsOfCopies(program, weights)
      const smallestBatch = Math.min(...costSizes)
      let first = 0
      while (first < rows.rows) {
        const left = rows.rows - first
        const size = costSizes.find((one) => one <= left) ?? smallestBatch
        const count = Math.max(1, Math.min(Math.floor(left / size), atOnce))
        const batches = Array.from({ length: count }, (_, batch) => {
          const from = first + batch * size
          return { from, to: Math.min(from + size, rows.rows) }
        })
        const together = await costsFor(size, hasMissing)
        const found = await together.run(
          batches.map(({ from, to }) => {
            const cells = rows.values.subarray(from * rows.columns, to * rows.columns)
            return { ...ofCopies, rows: filledUp(cells, size * rows.columns) }
          }),
        )
        for (const [batch, { from, to }] of batches.entries()) {
          costs.set(named(found[batch] ?? {}, 'costs').subarray(0, to - from), from)
        }
        first += count * size
        await setImmediate()
      }
      return costs
    },

    async score(weights, rows) {
      if (rows.rows === 0) return { errors: new Float32Array(0), reconstruction: new Float32Array(0) }
      checkRows(spec, rows)
      const hasMissing = spec.hasMissing || holdsMissing(rows)
      const errors = new Float32Array(rows.values.length)
      const reconstruction = new Float32Array(rows.values.length)
      let first = 0
      while (first < rows.rows) {
        const left = rows.rows - first
        const size = sizes.find((one) => one <= left) ?? smallest
        const batch = await functionFor(size, hasMissing)
        const from = first * rows.columns
        const to = (first + Math.min(size, left)) * rows.columns
        const scored = await batch.run({
          weights,
          rows: filledUp(rows.values.subarray(from, to), size * rows.columns),
        })
        errors.set(named(scored, 'errors').subarray(0, to - from), from)
        reconstruction.set(named(scored, 'reconstruction').subarray(0, to - from), from)
        first += size
        await setImmediate()
      }
      return { errors, reconstruction }
    },
    close: () => closeAll([...compiled.values(), ...compiledCosts.values()]),
  }
}

/** The cells, and zeros after them up to `length`. */
function filledUp(cells: Float32Array, length: number): Float32Array {
  if (cells.length === length) return cells
  const filled = new Float32Array(length)
  filled.set(cells)
  return filled
}

/** "weights 0" and so on: the flat vector of each copy. */
function weightsOfCopies({ spec, layout }: ScoringProgram, weights: NumberArray): Arrays {
  return Object.fromEntries(
    ofEachCopy(layout, spec.copies, weights).map((vector, copy) => [`weights ${copy}`, vector]),
  )
}
