import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api'
import { readRowsOf } from './database.ts'
import { type StoredKind, storedColumn } from './layout.ts'

// Facts about stored numbers, gathered from DuckDB's typed chunks: one pass for the facts, one for the bins.
// For wide tables this is an order of magnitude faster than aggregates, whose plans grow with the columns.

export interface NumberFacts {
  readonly present: number
  readonly minimum: number | null
  readonly maximum: number | null
  readonly mean: number | null
  readonly allIntegers: boolean
  /** Whether infinities or not-a-numbers are among the stored values; neither counts as present. */
  readonly notFinite: boolean
  /** Exact count of distinct values; null where there were too many rows to hold them. */
  readonly distinct: number | null
}

/** Up to this many rows distinct values are counted here. */
const distinctRows = 10_000

/** SQL for a number or date-time column as DOUBLE. */
export function numberExpression(position: number, kind: StoredKind): string {
  const column = storedColumn(position)
  return kind === 'date-time' ? `epoch_ms(${column})::DOUBLE` : column
}

/**
 * The values of a DOUBLE vector; slots of missing cells hold garbage. The vector keeps its typed array to itself
 * and hands out one boxed item at a time, which is five times slower over a whole table.
 */
export function doublesOf(vector: DuckDBVector): Float64Array {
  const items: unknown = Reflect.get(vector, 'items')
  if (items instanceof Float64Array) return items
  return Float64Array.from(vector.toArray(), (value) => (typeof value === 'number' ? value : Number.NaN))
}

/** Streams columns as blocks of doubles, NaN where missing; `filled` columns are known to have no missing cells. */
async function eachBlock(
  connection: DuckDBConnection,
  table: string,
  columns: readonly { readonly position: number; readonly kind: StoredKind }[],
  filled: readonly boolean[],
  visit: (index: number, values: Float64Array) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (columns.length === 0) return
  const expressions = columns.map(({ position, kind }, index) => {
    const value = numberExpression(position, kind)
    return filled[index] === true ? value : `coalesce(${value}, 'nan'::DOUBLE)`
  })
  const result = await connection.stream(`SELECT ${expressions.join(', ')} FROM ${table}`)
  for (;;) {
    signal?.throwIfAborted()
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) return
    for (let index = 0; index < columns.length; index++) {
      visit(index, doublesOf(chunk.getColumnVector(index)))
    }
  }
}

interface Input {
  readonly connection: DuckDBConnection
  /** Quoted name. */
  readonly table: string
  readonly rows: number
  readonly columns: readonly { readonly position: number; readonly kind: StoredKind }[]
  readonly signal?: AbortSignal | undefined
}

class Tally {
  #present = 0
  #minimum = Number.POSITIVE_INFINITY
  #maximum = Number.NEGATIVE_INFINITY
  #sum = 0
  #allIntegers = true
  #infinite = false
  readonly #distinct: Set<number> | null

  constructor(countsDistinct: boolean) {
    this.#distinct = countsDistinct ? new Set() : null
  }

  add(values: Float64Array): void {
    let present = this.#present
    let minimum = this.#minimum
    let maximum = this.#maximum
    let sum = this.#sum
    let allIntegers = this.#allIntegers
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? 0
      // NaN stands for a missing cell.
      if (Number.isNaN(value)) continue
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
        this.#infinite = true
        continue
      }
      present++
      sum += value
      if (value < minimum) minimum = value
      if (value > maximum) maximum = value
      if (allIntegers && Math.trunc(value) !== value) allIntegers = false
    }
    this.#present = present
    this.#minimum = minimum
    this.#maximum = maximum
    this.#sum = sum
    this.#allIntegers = allIntegers
    if (this.#distinct !== null) for (const value of values) this.#distinct.add(value)
  }

  /** `stored`: cells that are not null in the store, NaN included. */
  facts(stored: number): NumberFacts {
    const present = this.#present
    this.#distinct?.delete(Number.NaN)
    const some = present > 0
    // A sum beyond the largest double still has a mean between the ends.
    const mean = Number.isFinite(this.#sum) ? this.#sum / present : this.#minimum / 2 + this.#maximum / 2
    return {
      present,
      minimum: some ? this.#minimum : null,
      maximum: some ? this.#maximum : null,
      mean: some ? mean : null,
      allIntegers: this.#allIntegers,
      notFinite: this.#infinite || stored > present,
      distinct: this.#distinct?.size ?? null,
    }
  }
}

/** Facts about each column, in order. */
export async function readNumberFacts(input: Input): Promise<NumberFacts[]> {
  if (input.columns.length === 0) return []
  const counts = input.columns.map(({ position }) => `count(${storedColumn(position)})`)
  const [counted = []] = await readRowsOf(input.connection, `SELECT ${counts.join(', ')} FROM ${input.table}`)
  const stored = input.columns.map((_, index) => Number(counted[index] ?? 0))
  const filled = stored.map((count) => count === input.rows)
  const tallies = input.columns.map(() => new Tally(input.rows <= distinctRows))
  const add = (index: number, values: Float64Array) => tallies[index]?.add(values)
  await eachBlock(input.connection, input.table, input.columns, filled, add, input.signal)
  return tallies.map((tally, index) => tally.facts(stored[index] ?? 0))
}

/** Counts in `bins` equal bins from each column's minimum to its maximum. */
export async function readBins(
  input: Input,
  facts: readonly NumberFacts[],
  bins: number,
): Promise<number[][]> {
  const counts = input.columns.map(() => new Array<number>(bins).fill(0))
  // Halves, because the difference of the ends may be too large for a double.
  const froms = facts.map(({ minimum }) => (minimum ?? 0) / 2)
  const scales = facts.map(({ maximum }, index) => {
    const scale = bins / ((maximum ?? 0) / 2 - (froms[index] ?? 0))
    return Number.isFinite(scale) ? scale : 0
  })
  const add = (index: number, values: Float64Array) => {
    const column = counts[index] ?? []
    const from = froms[index] ?? 0
    const scale = scales[index] ?? 0
    for (let at = 0; at < values.length; at++) {
      const value = values[at] ?? 0
      if (Number.isNaN(value)) continue
      const bin = Math.min(bins - 1, Math.floor((value / 2 - from) * scale))
      column[bin] = (column[bin] ?? 0) + 1
    }
  }
  const filled = facts.map(({ present }) => present === input.rows)
  await eachBlock(input.connection, input.table, input.columns, filled, add, input.signal)
  return counts
}
