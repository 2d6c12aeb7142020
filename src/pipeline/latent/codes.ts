import { setImmediate } from 'node:timers/promises'
import type { Matrix } from '../../engine/engine.ts'
import type { Table } from '../dataset/table.ts'
import { sampleRows } from '../features/sample.ts'
import type { CodeReader } from './reader.ts'

/** Codes of a table's rows, all of them where they fit into memory. */
export interface Codes {
  /** Row numbers, ascending. */
  readonly rows: Int32Array
  /** One row each. */
  readonly matrix: Matrix
  /** Rows of the table. */
  readonly total: number
}

/** Who follows the reading of codes, and may end it. */
export interface Watch {
  readonly signal?: AbortSignal | undefined
  /** The share of the rows that is read. */
  readonly onProgress?: ((share: number) => void) | undefined
  /** Awaited between chunks, so that calls of a person come first. */
  readonly giveWay?: (() => Promise<void>) | undefined
}

/** Numbers of codes kept in memory at most: 128 MiB, four million rows of eight nodes. */
export const mostCodeNumbers = 1 << 25

/** Names of the columns that codes are exported as. */
export const codeColumnNames = (width: number): string[] =>
  Array.from({ length: width }, (_, node) => `code_${node + 1}`)

/**
 * Reads the codes of a whole table chunk by chunk. Of a table with more than `mostNumbers` in its codes, only a seeded
 * sample of the rows is kept, with as many of the rows `always` as fit.
 * @param columns the table's columns that `reader` needs, in its order
 * @param always row numbers, the most important first
 * @throws AbortError
 */
export async function readCodes(
  input: Watch & {
    readonly table: Table
    readonly columns: readonly string[]
    readonly reader: Pick<CodeReader, 'width' | 'read'>
    readonly always: Int32Array
    readonly mostNumbers?: number | undefined
  },
): Promise<Codes> {
  const { table, columns, signal, onProgress } = input
  const giveWay = input.giveWay ?? (() => setImmediate())
  const { width } = input.reader
  const most = Math.max(1, Math.floor((input.mostNumbers ?? mostCodeNumbers) / width))
  const rows = chosenRows({ total: table.rows, always: input.always, most })
  const values = new Float32Array(rows.length * width)
  let done = 0
  for await (const chunk of table.read(columns, signal)) {
    signal?.throwIfAborted()
    const { values: codes } = await input.reader.read(chunk)
    const end = chunk.firstRow + chunk.rows
    for (; done < rows.length && (rows[done] ?? end) < end; done += 1) {
      const from = ((rows[done] ?? 0) - chunk.firstRow) * width
      values.set(codes.subarray(from, from + width), done * width)
    }
    onProgress?.(end / table.rows)
    await giveWay()
  }
  return { rows, matrix: { rows: rows.length, columns: width, values }, total: table.rows }
}

/** At most `most` row numbers below `total`, ascending: the first of `always`, and a sample of the others. */
export function chosenRows(input: {
  readonly total: number
  readonly always: Int32Array
  readonly most: number
}): Int32Array {
  const { total, always, most } = input
  if (total <= most) return Int32Array.from({ length: total }, (_, row) => row)
  const chosen = new Uint8Array(total)
  for (const row of always.subarray(0, most)) chosen[row] = 1
  const others = rowsWhere(chosen, 0)
  const room = Math.max(0, most - (total - others.length))
  for (const place of sampleRows({ rows: others.length, count: room, seed: 1, purpose: 'latent rows' })) {
    chosen[others[place] ?? 0] = 1
  }
  return rowsWhere(chosen, 1)
}

/** The rows that are marked so. A loop: callbacks for each of millions of rows take ten times as long. */
function rowsWhere(marks: Uint8Array, mark: number): Int32Array {
  const rows = new Int32Array(marks.length)
  let found = 0
  for (let row = 0; row < marks.length; row++) if (marks[row] === mark) rows[found++] = row
  return rows.slice(0, found)
}
