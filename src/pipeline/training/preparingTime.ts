import { setImmediate } from 'node:timers/promises'
import type { Matrix } from '../../engine/engine.ts'
import { seededRandom } from '../../engine/random.ts'
import type { Table, TableChunk } from '../dataset/table.ts'
import { encodeChunk } from '../features/encode.ts'
import { type Encoder, encoderColumnNames } from '../features/encoder.ts'

/** What was measured on the first rows of a table. */
export interface Preparing {
  /** The first rows, encoded: they stand for all in what is measured next. */
  readonly rows: Matrix
  /** Seconds for all rows of the table: one pass over its cells, encoding them, ranking and summing up the scores. */
  readonly reading: number
  readonly encoding: number
  readonly ranking: number
}

/** What stages after this one do with the scores: it is only timed here. */
export type Rank = (scores: Float32Array) => Promise<unknown>

/** Rows that stand for the table's; as many are scored at once. */
const standInRows = 4096
/** Fewer of wide tables, so that encoding them does not take long. */
const standInCells = 1 << 20
const rankedScores = 32_768

const known = new WeakMap<Encoder, Preparing>()

/** Measures, once for each encoder, what is done with each row of a table before and after the training. */
export async function measurePreparing(input: {
  readonly table: Table
  readonly encoder: Encoder
  readonly rank: Rank
  readonly signal: AbortSignal
}): Promise<Preparing> {
  const { table, encoder, signal } = input
  const found = known.get(encoder)
  if (found) return found
  const { chunk, seconds } = await firstChunk(input)
  const rows = encodeChunk(encoder, part(chunk, 0))
  await setImmediate()
  signal.throwIfAborted()
  // Once more: the first time is slower than all others.
  const encodingFrom = performance.now()
  encodeChunk(encoder, part(chunk, Math.max(0, Math.min(rows.rows, chunk.rows - rows.rows))))
  const encoding = secondsSince(encodingFrom)
  await setImmediate()
  signal.throwIfAborted()
  const preparing: Preparing = {
    rows,
    reading: (seconds / chunk.rows) * table.rows,
    encoding: (encoding / rows.rows) * table.rows,
    ranking: ((await rankingSeconds(input.rank)) / rankedScores) * table.rows,
  }
  known.set(encoder, preparing)
  return preparing
}

async function firstChunk(input: {
  readonly table: Table
  readonly encoder: Encoder
  readonly signal: AbortSignal
}): Promise<{ chunk: TableChunk; seconds: number }> {
  const from = performance.now()
  for await (const chunk of input.table.read(encoderColumnNames(input.encoder), input.signal)) {
    return { chunk, seconds: secondsSince(from) }
  }
  throw new Error('A table without rows was planned')
}

/** As many rows as stand for the table, or as are left, from row `first` of the chunk. */
function part(chunk: TableChunk, first: number): TableChunk {
  const count = Math.max(1, Math.min(standInRows, Math.floor(standInCells / chunk.vectors.length)))
  const end = Math.min(first + count, chunk.rows)
  return {
    firstRow: chunk.firstRow + first,
    rows: end - first,
    vectors: chunk.vectors.map((vector) =>
      vector.kind === 'number'
        ? { kind: vector.kind, values: vector.values.subarray(first, end) }
        : { kind: vector.kind, values: vector.values.slice(first, end) },
    ),
  }
}

/** Seconds to rank so many scores. */
async function rankingSeconds(rank: Rank): Promise<number> {
  const random = seededRandom(1, 'scores')
  const scores = Float32Array.from({ length: rankedScores }, () => random.uniform())
  const from = performance.now()
  await rank(scores)
  return secondsSince(from)
}

export const secondsSince = (moment: number): number => (performance.now() - moment) / 1000
