import { setImmediate } from 'node:timers/promises'
import type { Matrix, ScoredRows } from '../engine.ts'
import type { CompiledFunction, Executor } from '../executor.ts'
import { type NumberArray, named } from '../program/inputs.ts'
import type { Program } from '../program.ts'
import { checkRows, evenBatches, holdsMissing } from './batches.ts'

/** Scores any number of rows, in batches of bounded size. */
export interface Scoring {
  score(weights: NumberArray, rows: Matrix, signal?: AbortSignal): Promise<ScoredRows>
  close(): Promise<void>
}

export function createScoring(executor: Executor, program: Program): Scoring {
  const { spec, layout } = program
  const compiled = new Map<string, CompiledFunction>()

  const functionFor = async (batchRows: number, hasMissing: boolean): Promise<CompiledFunction> => {
    const key = `${batchRows} ${hasMissing}`
    const known = compiled.get(key)
    if (known) return known
    const made = await executor.compile({
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
    async score(weights, rows, signal) {
      if (rows.rows === 0) return { errors: new Float32Array(0), reconstruction: new Float32Array(0) }
      checkRows(spec, rows)
      const batches = evenBatches(spec, rows.rows, 8192)
      const batch = await functionFor(batches.rows, spec.hasMissing || holdsMissing(rows))
      const errors = new Float32Array(rows.values.length)
      const reconstruction = new Float32Array(rows.values.length)
      for (let index = 0; index < batches.count; index += 1) {
        signal?.throwIfAborted()
        // The last batch is moved back to a full one: scoring a few rows twice costs less than a second graph.
        const first = Math.min(index * batches.rows, rows.rows - batches.rows) * rows.columns
        const given = rows.values.subarray(first, first + batches.rows * rows.columns)
        const scored = await batch.run({ weights, rows: given })
        errors.set(named(scored, 'errors'), first)
        reconstruction.set(named(scored, 'reconstruction'), first)
        await setImmediate()
      }
      return { errors, reconstruction }
    },
    async close() {
      for (const each of compiled.values()) await each.close()
    },
  }
}
