import { setImmediate } from 'node:timers/promises'
import { Failure } from '../../contract/failure.ts'
import type { Matrix, ModelSpec } from '../engine.ts'
import type { CompiledFunction, Executor } from '../executor.ts'
import { type NumberArray, named } from '../program/inputs.ts'
import type { ScoringProgram } from '../program.ts'
import { checkRows, mostBatchRows } from './batches.ts'
import { closeAll } from './closing.ts'
import { keptFor } from './kept.ts'

/** Codes of rows, and rows of codes, in batches of bounded size. */
export interface Codes {
  encode(weights: NumberArray, rows: Matrix): Promise<Matrix>
  decode(weights: NumberArray, codes: Matrix, context?: Matrix): Promise<Matrix>
  close(): Promise<void>
}

/** Rows of a batch. A graph is compiled and kept for each size and direction, so they are few. */
const batchSizes = [4096, 64]

export function createCodes(executor: Executor, program: ScoringProgram): Codes {
  const { spec, layout } = program
  const nodes = spec.layers[spec.codeLayer] ?? 0
  const compiled = new Map<string, Promise<CompiledFunction>>()

  const compile = (kind: 'encode' | 'decode', given: readonly Matrix[], size: number) => {
    const make = () =>
      executor.compile({
        fixed: [],
        inputs: [
          { name: 'weights', shape: [layout.size], dtype: 'float32' },
          ...given.map(({ columns }, index) => ({
            name: `given ${index}`,
            shape: [1, size, columns],
            dtype: 'float32' as const,
          })),
        ],
        run: (inputs) => {
          const [weights, first] = [named(inputs, 'weights'), named(inputs, 'given 0')]
          const made =
            kind === 'encode'
              ? program.encode(weights, first)
              : program.decode(weights, first, inputs['given 1'] ?? null)
          return { made }
        },
      })
    return keptFor(compiled, `${kind} ${size}`, make)
  }

  const inBatches = async (
    kind: 'encode' | 'decode',
    weights: NumberArray,
    given: readonly [Matrix, ...Matrix[]],
    columns: number,
  ): Promise<Matrix> => {
    const rows = given[0].rows
    const values = new Float32Array(rows * columns)
    const sizes = batchSizes.map((size) => mostBatchRows({ ...spec, copies: 1 }, size))
    let first = 0
    while (first < rows) {
      const size = sizes.find((one) => one <= rows - first) ?? Math.min(...sizes)
      const run = await compile(kind, given, size)
      const inputs = given.map((matrix, index) => [`given ${index}`, rowsFrom(matrix, first, size)])
      const { made } = await run.run({ weights, ...Object.fromEntries(inputs) })
      const count = Math.min(size, rows - first) * columns
      values.set((made ?? new Float32Array(0)).subarray(0, count), first * columns)
      first += size
      await setImmediate()
    }
    return { rows, columns, values }
  }

  return {
    async encode(weights, rows) {
      if (rows.rows > 0) checkRows(spec, rows)
      return inBatches('encode', weights, [rows], nodes)
    },
    async decode(weights, codes, context) {
      checkCodes(spec, codes, context)
      const given: [Matrix, ...Matrix[]] = spec.context.length > 0 && context ? [codes, context] : [codes]
      return inBatches('decode', weights, given, spec.features)
    },
    close: () => closeAll([...compiled.values()]),
  }
}

function checkCodes(spec: ModelSpec, codes: Matrix, context: Matrix | undefined): void {
  const nodes = spec.layers[spec.codeLayer] ?? 0
  if (codes.columns !== nodes || codes.values.length !== codes.rows * codes.columns) {
    throw new Failure(
      'engine',
      `The model's code has ${nodes} nodes; these codes have ${codes.columns} columns and ` +
        `${codes.values.length} cells for ${codes.rows} rows. Take codes that this model made.`,
    )
  }
  if (spec.context.length === 0) return
  if (!context || context.rows !== codes.rows || context.columns !== spec.features) {
    throw new Failure(
      'engine',
      `The model decodes a code for its context: give ${codes.rows} rows of ${spec.features} features with it.`,
    )
  }
}

/** `count` rows from `first`, and zeros after the last. */
function rowsFrom({ values, columns }: Matrix, first: number, count: number): Float32Array {
  const part = values.subarray(first * columns, (first + count) * columns)
  if (part.length === count * columns) return part
  const filled = new Float32Array(count * columns)
  filled.set(part)
  return filled
}
