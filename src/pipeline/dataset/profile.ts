import type { DuckDBConnection } from '@duckdb/node-api'
import type { Distribution } from '../../contract/records.ts'
import { readRowsOf } from './database.ts'
import { type StoredKind, storedColumn } from './layout.ts'

/** What a profile says about one stored column. */
export interface ColumnProfile {
  readonly present: number
  readonly distinct: number
  readonly minimum: number | null
  readonly maximum: number | null
  readonly mean: number | null
  readonly allIntegers: boolean
  readonly allCodes: boolean
  readonly meanLength: number
  readonly distribution: Distribution
}

/** Columns in one query: more would make DuckDB's plans slow and large. */
const batchColumns = 200
/** Up to this many rows distinct values are counted, above it they are estimated. */
const exactDistinctRows = 100_000
const bins = 20
const topValues = 8

interface Input {
  readonly connection: DuckDBConnection
  /** Quoted name. */
  readonly table: string
  readonly rows: number
  readonly columns: readonly ProfiledColumn[]
  readonly signal?: AbortSignal | undefined
}

export interface ProfiledColumn {
  readonly position: number
  readonly kind: StoredKind
  /** Describe by its commonest values, although it is stored as numbers. */
  readonly asValues?: boolean
}

/** Profiles columns of a table in batches of queries; the result is in the order of `columns`. */
export async function profileColumns(input: Input): Promise<ColumnProfile[]> {
  const profiles: ColumnProfile[] = []
  for (let from = 0; from < input.columns.length; from += batchColumns) {
    input.signal?.throwIfAborted()
    const columns = input.columns.slice(from, from + batchColumns)
    const facts = await readFacts({ ...input, columns })
    const distributions = await readDistributions({ ...input, columns }, facts)
    for (const [index, fact] of facts.entries()) {
      const distribution = distributions[index] ?? { kind: 'values', values: [] }
      profiles.push({ ...fact, distribution })
    }
  }
  return profiles
}

type Facts = Omit<ColumnProfile, 'distribution'>

const factsPerColumn = 8

async function readFacts({ connection, table, rows, columns }: Input): Promise<Facts[]> {
  const expressions = columns.flatMap(({ position, kind }) => {
    const column = storedColumn(position)
    const value = kind === 'date-time' ? `epoch_ms(${column})` : column
    const distinct =
      rows <= exactDistinctRows ? `count(DISTINCT ${column})` : `approx_count_distinct(${column})`
    const numeric =
      kind === 'text'
        ? ['NULL', 'NULL', 'NULL', 'false']
        : [
            `min(${value})::DOUBLE`,
            `max(${value})::DOUBLE`,
            `avg(${value})`,
            `bool_and(${value} = trunc(${value}))`,
          ]
    const textual =
      kind === 'text'
        ? [`bool_and(regexp_full_match(${column}, '0\\d+|[+-]?\\d{16,}'))`, `avg(length(${column}))`]
        : ['false', '0::DOUBLE']
    return [`count(${column})`, distinct, ...numeric, ...textual]
  })
  const [values = []] = await readRowsOf(connection, `SELECT ${expressions.join(', ')} FROM ${table}`)
  return columns.map((_, index) => {
    const [present, distinct, minimum, maximum, mean, allIntegers, allCodes, meanLength] = values.slice(
      index * factsPerColumn,
      (index + 1) * factsPerColumn,
    )
    const presentCells = Number(present ?? 0)
    return {
      present: presentCells,
      // An estimate may exceed what is possible.
      distinct: Math.min(presentCells, Number(distinct ?? 0)),
      minimum: numberOrNull(minimum),
      maximum: numberOrNull(maximum),
      mean: numberOrNull(mean),
      allIntegers: allIntegers === true,
      allCodes: allCodes === true,
      meanLength: Number(meanLength ?? 0),
    }
  })
}

const numberOrNull = (value: unknown): number | null =>
  value === null || value === undefined ? null : Number(value)

async function readDistributions(
  { connection, table, columns }: Input,
  facts: readonly Facts[],
): Promise<Distribution[]> {
  const queries = columns.map(({ position, kind, asValues }, index) => {
    const column = storedColumn(position)
    const { minimum, maximum } = facts[index] ?? { minimum: null, maximum: null }
    if (kind === 'text' || asValues === true) {
      return `(SELECT ${index} AS k, ${column}::VARCHAR AS v, 0 AS b, count(*) AS n FROM ${table}
        WHERE ${column} IS NOT NULL GROUP BY ALL ORDER BY n DESC, v LIMIT ${topValues})`
    }
    const value = kind === 'date-time' ? `epoch_ms(${column})::DOUBLE` : column
    const bin = binExpression(value, minimum, maximum)
    return `(SELECT ${index} AS k, NULL AS v, ${bin} AS b, count(*) AS n FROM ${table}
      WHERE ${column} IS NOT NULL GROUP BY ALL)`
  })
  const rows = await readRowsOf(connection, queries.join(' UNION ALL '))
  const found = columns.map(() => [] as { value: string; bin: number; count: number }[])
  for (const [index, value, bin, count] of rows) {
    found[Number(index)]?.push({ value: String(value), bin: Number(bin), count: Number(count) })
  }
  return columns.map(({ kind, asValues }, index) => {
    const entries = found[index] ?? []
    if (kind === 'text' || asValues === true) {
      // As the page shows numbers: DuckDB writes 1.0 where JavaScript writes 1.
      const shown = (value: string) => (kind === 'number' ? String(Number(value)) : value)
      const values = entries.map(({ value, count }) => ({ value: shown(value), count }))
      return { kind: 'values', values: values.sort((one, other) => other.count - one.count) }
    }
    const counts = Array.from({ length: bins }, () => 0)
    for (const { bin, count } of entries) counts[bin] = (counts[bin] ?? 0) + count
    return { kind: 'bins', from: facts[index]?.minimum ?? 0, to: facts[index]?.maximum ?? 0, counts }
  })
}

/** The bin of a value among equal bins from minimum to maximum; halves first, as their difference may overflow. */
function binExpression(value: string, minimum: number | null, maximum: number | null): string {
  if (minimum === null || maximum === null || minimum === maximum) return '0'
  const from = minimum / 2
  const width = maximum / 2 - from
  if (!(width > 0) || !Number.isFinite(bins / width)) return '0'
  return `least(${bins - 1}, greatest(0, floor((${value} / 2 - (${sqlDouble(from)})) / ${sqlDouble(width)} * ${bins})))::INTEGER`
}

const sqlDouble = (value: number): string => `'${value}'::DOUBLE`
