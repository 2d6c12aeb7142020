import { setImmediate } from 'node:timers/promises'
import type { Matrix } from '../../engine/engine.ts'
import type { CellVector, Table, TableChunk } from '../dataset/table.ts'
import { dayMilliseconds, phaseOf } from './dates.ts'
import { type Encoder, encoderColumnNames, type Feature, featureCount, scalesOf } from './encoder.ts'

/** Rows written before the next column's turn: few enough to stay in the processor's cache. */
const rowsPerBlock = 2048

/**
 * All rows of a table as one matrix, in row order. A missing number or date-time is NaN; a missing category is
 * a category. Reports the share done.
 */
export async function encodeTable(input: {
  readonly table: Table
  readonly encoder: Encoder
  readonly signal: AbortSignal
  readonly onProgress?: (share: number) => void
}): Promise<Matrix> {
  const { table, encoder, signal, onProgress } = input
  const columns = featureCount(encoder)
  const values = new Float32Array(table.rows * columns)
  let done = 0
  for await (const chunk of table.read(encoderColumnNames(encoder), signal)) {
    const write = chunkWriter(encoder, chunk)
    for (let from = 0; from < chunk.rows; from += rowsPerBlock) {
      signal.throwIfAborted()
      const to = Math.min(from + rowsPerBlock, chunk.rows)
      const first = chunk.firstRow + from
      write(from, to, values.subarray(first * columns, (first + to - from) * columns))
      await setImmediate()
    }
    done += chunk.rows
    onProgress?.(done / table.rows)
  }
  if (done !== table.rows) throw new Error(`The table gave ${done} of its ${table.rows} rows`)
  return { rows: table.rows, columns, values }
}

/** Rows as they come, for scoring a stream. The chunk's vectors are in the order of `encoderColumnNames`. */
export function encodeChunk(encoder: Encoder, chunk: TableChunk): Matrix {
  const columns = featureCount(encoder)
  const values = new Float32Array(chunk.rows * columns)
  const write = chunkWriter(encoder, chunk)
  for (let from = 0; from < chunk.rows; from += rowsPerBlock) {
    const to = Math.min(from + rowsPerBlock, chunk.rows)
    write(from, to, values.subarray(from * columns, to * columns))
  }
  return { rows: chunk.rows, columns, values }
}

/** Encodes rows `from`..`to` of the chunk (to exclusive) into `target`, row-major. */
type Write = (from: number, to: number, target: Float32Array) => void

function chunkWriter(encoder: Encoder, chunk: TableChunk): Write {
  const columns = featureCount(encoder)
  const { scale } = scalesOf(encoder)
  const writers: Write[] = []
  const vectors = new Map(encoder.columns.map(({ name }, index) => [name, chunk.vectors[index]]))
  let offset = 0
  for (const [index, column] of encoder.columns.entries()) {
    const vector = chunk.vectors[index]
    if (!vector) throw new Error(`The chunk has no cells of column ${column.name}`)
    if (vector.kind === 'text')
      writers.push(textWriter({ texts: vector.values, features: column.features, columns, offset, scale }))
    else {
      for (const [place, feature] of column.features.entries()) {
        const read = numberReader(feature, { encoder, vectors, vector })
        writers.push(numberWriter({ read, columns, offset: offset + place }))
      }
    }
    offset += column.features.length
  }
  return (from, to, target) => {
    for (const write of writers) write(from, to, target)
  }
}

function numberWriter(input: {
  readonly read: (row: number) => number
  readonly columns: number
  readonly offset: number
}): Write {
  const { read, columns, offset } = input
  return (from, to, target) => {
    for (let row = from; row < to; row++) target[(row - from) * columns + offset] = read(row)
  }
}

/** One-hot: fills each row with the encoded zeros, then sets the one feature that applies, if any. */
function textWriter(input: {
  readonly texts: readonly (string | null)[]
  readonly features: readonly Feature[]
  readonly columns: number
  readonly offset: number
  readonly scale: ReturnType<typeof scalesOf>['scale']
}): Write {
  const { texts, features, columns, offset, scale } = input
  const levels = new Map<string, number>()
  for (const [place, feature] of features.entries()) {
    if (feature.kind === 'level') levels.set(feature.value, place)
  }
  const other = features.findIndex((feature) => feature.kind === 'other-level')
  const missing = features.findIndex((feature) => feature.kind === 'missing')
  const zeros = Float32Array.from(features, (feature) => scale(0, feature.scaling))
  const ones = Float32Array.from(features, (feature) => scale(1, feature.scaling))
  return (from, to, target) => {
    for (let row = from; row < to; row++) {
      const text = texts[row] ?? null
      const start = (row - from) * columns + offset
      target.set(zeros, start)
      const place = text === null ? missing : (levels.get(text) ?? other)
      if (place >= 0) target[start + place] = ones[place] ?? Number.NaN
    }
  }
}

/** The encoded value of one feature of a number or date-time column, by row. */
function numberReader(
  feature: Feature,
  cells: {
    readonly encoder: Encoder
    readonly vectors: ReadonlyMap<string, CellVector | undefined>
    readonly vector: CellVector
  },
): (row: number) => number {
  const numbers = numbersOf(cells.vector)
  const { scale } = scalesOf(cells.encoder)
  const { scaling } = feature
  const finite = (value: number) => (Number.isFinite(value) ? scale(value, scaling) : Number.NaN)
  switch (feature.kind) {
    case 'number':
      return (row) => finite(numbers[row] ?? Number.NaN)
    case 'elapsed':
      return (row) => finite(((numbers[row] ?? Number.NaN) - feature.origin) / dayMilliseconds)
    case 'cycle': {
      const wave = feature.wave === 'sine' ? Math.sin : Math.cos
      return (row) => finite(wave(2 * Math.PI * phaseOf(numbers[row] ?? Number.NaN, feature.period)))
    }
    case 'since-column': {
      const others = numbersOf(cells.vectors.get(feature.column))
      return (row) => finite(((numbers[row] ?? Number.NaN) - (others[row] ?? Number.NaN)) / 1000)
    }
    case 'missing':
      return (row) => scale(Number.isFinite(numbers[row] ?? Number.NaN) ? 0 : 1, scaling)
    case 'level':
    case 'other-level':
      throw new Error('A column of numbers has categories in the encoder')
  }
}

function numbersOf(vector: CellVector | undefined): Float64Array {
  if (vector?.kind !== 'number') throw new Error('A column of numbers or date-times came as text')
  return vector.values
}
