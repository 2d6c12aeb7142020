import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { CellVector, Table } from '../../src/pipeline/dataset/table.ts'
import { type Encoder, encoderColumnNames } from '../../src/pipeline/features/encoder.ts'
import { modelInputs } from '../../src/pipeline/modelFile/modelGraph.ts'

/** What a model file says of rows, in a fresh session that knows nothing of Residual. */
export interface FileResults {
  readonly score: Float32Array
  readonly flag: Uint8Array
  readonly shares: Float32Array
  readonly reconstruction: Float32Array
}

/** All cells of a table as a model file takes them: doubles with NaN, texts with '' where missing. */
export async function fileInputs(
  table: Table,
  encoder: Encoder,
): Promise<Map<string, Float64Array | string[]>> {
  const vectors: CellVector[][] = []
  for await (const chunk of table.read(encoderColumnNames(encoder))) vectors.push([...chunk.vectors])
  return new Map(
    modelInputs(encoder).map(({ name }, index) => {
      const parts = vectors.flatMap((chunk) => chunk[index] ?? [])
      const texts = parts.flatMap((part) =>
        part.kind === 'text' ? part.values.map((cell) => cell ?? '') : [],
      )
      const isText = parts.some((part) => part.kind === 'text')
      const numbers = parts.flatMap((part) => (part.kind === 'number' ? [...part.values] : []))
      return [name, isText ? texts : Float64Array.from(numbers)]
    }),
  )
}

/** Runs a model file on raw columns. */
export async function runFile(
  bytes: Uint8Array,
  inputs: ReadonlyMap<string, Float64Array | readonly string[]>,
): Promise<FileResults> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 })
  try {
    const feeds = Object.fromEntries(
      [...inputs].map(([name, cells]) => [
        name,
        cells instanceof Float64Array
          ? new Tensor('float64', cells, [cells.length, 1])
          : new Tensor('string', [...cells], [cells.length, 1]),
      ]),
    )
    const results = await session.run(feeds)
    return {
      score: Float32Array.from(results.score?.data as Float32Array),
      flag: Uint8Array.from(results.flag?.data as Uint8Array),
      shares: Float32Array.from(results.shares?.data as Float32Array),
      reconstruction: Float32Array.from(results.reconstruction?.data as Float32Array),
    }
  } finally {
    await session.release()
  }
}

/** Some rows of the inputs. */
export const someRows = (
  inputs: ReadonlyMap<string, Float64Array | string[]>,
  from: number,
  to: number,
): Map<string, Float64Array | string[]> =>
  new Map([...inputs].map(([name, cells]) => [name, cells.slice(from, to)]))

/** Largest relative error, number by number; numbers below `floor` count as that. */
export function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>, floor = 0): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let worst = 0
  for (let index = 0; index < expected.length; index += 1) {
    const [a = Number.NaN, b = Number.NaN] = [actual[index], expected[index]]
    if (a === b) continue
    const error = Math.abs(a - b) / Math.max(Math.abs(b), floor)
    if (Number.isNaN(error)) return Number.POSITIVE_INFINITY
    worst = Math.max(worst, error)
  }
  return worst
}
