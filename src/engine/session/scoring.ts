import { setImmediate } from 'node:timers/promises'
import type { Matrix, ScoredRows } from '../engine.ts'
import type { CompiledFunction, Executor } from '../executor.ts'
import { type NumberArray, named } from '../program/inputs.ts'
import type { ScoringProgram } from '../program.ts'
import { checkRows, holdsMissing, mostBatchRows } from './batches.ts'
import { closeAll } from './closing.ts'

/** Scores any number of rows, in batches of bounded size. */
export interface Scoring {
  score(weights: NumberArray, rows: Matrix): Promise<ScoredRows>
  close(): Promise<void>
}

/** Rows of a batch. A graph is compiled and kept for each of these sizes, so they are few. */
const batchSizes = [8192, 1024, 64]

export function createScoring(executor: Executor, program: ScoringProgram): Scoring {
  const { spec, layout } = program
  const sizes = batchSizes.map((size) => mostBatchRows(spec, size))
  const smallest = Math.min(...sizes)
  const compiled = new Map<string, Promise<CompiledFunction>>()

  const functionFor = (batchRows: number, hasMissing: boolean): Promise<CompiledFunction> => {
    const key = `${batchRows} ${hasMissing}`
    const known = compiled.get(key)
    if (known) return known
    const made = executor.compile({
      fixed: [],
      inputs: [
        { name: 'weights', shape: [layout.size], dtype: 'float32' },
        { name: 'rows', shape: [1, batchRows, spec.features], dtype: 'float32' },
      ],
      run: (inputs) => program.score(named(inputs, 'weights'), named(inputs, 'rows'), hasMissing),
    })
    compiled.set(key, made)
    return made
  }

  return {
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
    close: () => closeAll([...compiled.values()]),
  }
}

/** The cells, and zeros after them up to `length`. */
function filledUp(cells: Float32Array, length: number): Float32Array {
  if (cells.length === length) return cells
  const filled = new Float32Array(length)
  filled.set(cells)
  return filled
}
