import { setImmediate } from 'node:timers/promises'
import type { Matrix, ModelSpec, RowCosts, ScoredRows } from '../engine.ts'
import type { CompiledFunction, Executor } from '../executor.ts'
import { type NumberArray, named } from '../program/inputs.ts'
import { createScoringProgram } from '../program.ts'
import { checkRows, filledUp, holdsMissing, mostBatchRows } from './batches.ts'
import { closeAll } from './closing.ts'
import { type Costs, openCosts } from './costs.ts'
import { drawsOf, fewestRows } from './draws.ts'
import { keptFor } from './kept.ts'

/** Scores any number of rows, in batches of bounded size. */
export interface Scoring {
  score(weights: NumberArray, rows: Matrix): Promise<ScoredRows>
  /**
   * Of each row: the sum of its errors alone.
   * @param step that the weights are of: those of one step are the same
   */
  rowCosts(weights: NumberArray, step: number, rows: Matrix): Promise<RowCosts>
  close(): Promise<void>
}

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

  /** The costs under the weights that they were last asked for, which are constants there. */
  let costsOf: (Costs & { readonly step: number }) | undefined

  return {
    async rowCosts(weights, step, rows) {
      if (rows.rows === 0) return { costs: new Float32Array(0), hasMissing: false }
      checkRows(spec, rows)
      if (costsOf?.step !== step) {
        const old = costsOf
        costsOf = { ...openCosts(executor, spec, weights), step }
        await old?.close()
      }
      return costsOf.of(rows)
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
    close: () => closeAll([...compiled.values(), costsOf && Promise.resolve(costsOf)]),
  }
}
