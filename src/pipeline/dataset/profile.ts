import type { DuckDBConnection } from '@duckdb/node-api'
import type { Distribution } from '../../contract/records.ts'
import { readRowsOf } from './database.ts'
import { type StoredKind, storedColumn } from './layout.ts'
import { type NumberFacts, readBins, readNumberFacts } from './numberFacts.ts'

/** What a profile says about one stored column. */
export interface ColumnProfile {
  readonly present: number
  readonly distinct: number
  readonly minimum: number | null
  readonly maximum: number | null
  readonly mean: number | null
  readonly allIntegers: boolean
  /** Texts: mean length in characters. */
  readonly meanLength: number
  readonly distribution: Distribution
}

export interface ProfiledColumn {
  readonly position: number
  readonly kind: StoredKind
  /** Describe by its commonest values, although it is stored as numbers. */
  readonly asValues?: boolean
}

export interface ProfileInput {
  readonly connection: DuckDBConnection
  /** Quoted name. */
  readonly table: string
  readonly rows: number
  readonly columns: readonly ProfiledColumn[]
  /** Facts that are known already, by position. */
  readonly facts?: ReadonlyMap<number, NumberFacts> | undefined
  readonly signal?: AbortSignal | undefined
}

/** Columns in one query: more would make DuckDB's plans slow and large. */
const batchColumns = 200
/** Up to this many rows distinct values are counted, above it they are estimated. */
const exactDistinctRows = 100_000
const bins = 20
const topValues = 8

/** Profiles columns of a table in batches of queries; the result is in the order of `columns`. */
export async function profileColumns(input: ProfileInput): Promise<ColumnProfile[]> {
  const byPosition = new Map<number, ColumnProfile>()
  for (let from = 0; from < input.columns.length; from += batchColumns) {
    input.signal?.throwIfAborted()
    const batch = input.columns.slice(from, from + batchColumns)
    const texts = { ...input, columns: batch.filter(({ kind }) => kind === 'text') }
    const numbers = { ...input, columns: batch.filter(({ kind }) => kind !== 'text') }
    for (const [position, profile] of await profileTexts(texts)) byPosition.set(position, profile)
    for (const [position, profile] of await profileNumbers(numbers)) byPosition.set(position, profile)
  }
  return input.columns.map(({ position }) => {
    const profile = byPosition.get(position)
    if (profile === undefined) throw new Error(`column ${position} was not profiled`)
    return profile
  })
}

async function profileNumbers(input: ProfileInput): Promise<Map<number, ColumnProfile>> {
  const known = input.columns.map(({ position }) => input.facts?.get(position))
  const facts = known.every((fact) => fact !== undefined) ? known : await readNumberFacts(input)
  const distinct = await countDistinct(input, facts)
  const counts = await readBins(input, facts, bins)
  const values = await readTopValues({
    ...input,
    columns: input.columns.filter(({ asValues }) => asValues === true),
  })
  return new Map(
    input.columns.map(({ position, kind }, index) => {
      const fact = facts[index] ?? missingFacts
      const top = values.get(position)
      // As the page shows numbers: DuckDB writes 1.0 where JavaScript writes 1.
      const shown = (value: string) => (kind === 'number' ? String(Number(value)) : value)
      const distribution: Distribution =
        top === undefined
          ? { kind: 'bins', from: fact.minimum ?? 0, to: fact.maximum ?? 0, counts: counts[index] ?? [] }
          : { kind: 'values', values: top.map(({ value, count }) => ({ value: shown(value), count })) }
      return [position, { ...fact, distinct: distinct[index] ?? 0, meanLength: 0, distribution }]
    }),
  )
}

const missingFacts: NumberFacts = {
  present: 0,
  minimum: null,
  maximum: null,
  mean: null,
  allIntegers: false,
  notFinite: false,
  distinct: 0,
}

const distinctExpression = (column: string, rows: number): string =>
  rows <= exactDistinctRows ? `count(DISTINCT ${column})` : `approx_count_distinct(${column})`

async function countDistinct(input: ProfileInput, facts: readonly NumberFacts[]): Promise<number[]> {
  const { connection, table, rows, columns } = input
  const open = columns.flatMap(({ position }, index) => {
    const fact = facts[index] ?? missingFacts
    // One value needs no query, and an estimate must not say that there are two.
    return fact.distinct === null && fact.minimum !== fact.maximum ? [{ position, index }] : []
  })
  const counted = facts.map(({ distinct, minimum }) => distinct ?? (minimum === null ? 0 : 1))
  if (open.length === 0) return counted
  const expressions = open.map(({ position }) => distinctExpression(storedColumn(position), rows))
  const [found = []] = await readRowsOf(connection, `SELECT ${expressions.join(', ')} FROM ${table}`)
  for (const [at, { index }] of open.entries()) {
    counted[index] = Math.max(2, Math.min(facts[index]?.present ?? 0, Number(found[at] ?? 0)))
  }
  return counted
}

const textFacts = 3

async function profileTexts(input: ProfileInput): Promise<Map<number, ColumnProfile>> {
  const { connection, table, rows, columns } = input
  if (columns.length === 0) return new Map()
  const expressions = columns.flatMap(({ position }) => {
    const column = storedColumn(position)
    return [`count(${column})`, distinctExpression(column, rows), `avg(length(${column}))`]
  })
  const [found = []] = await readRowsOf(connection, `SELECT ${expressions.join(', ')} FROM ${table}`)
  const values = await readTopValues(input)
  return new Map(
    columns.map(({ position }, index) => {
      const [count, distinct, length] = found.slice(index * textFacts, (index + 1) * textFacts)
      const present = Number(count ?? 0)
      const top = values.get(position) ?? []
      // The commonest values are exact: where all of them are listed, so is their number.
      const counted = top.length < topValues ? top.length : Math.min(present, Number(distinct ?? 0))
      const profile: ColumnProfile = {
        present,
        distinct: counted,
        minimum: null,
        maximum: null,
        mean: null,
        allIntegers: false,
        meanLength: Number(length ?? 0),
        distribution: { kind: 'values', values: top },
      }
      return [position, profile]
    }),
  )
}

type ValueCount = { readonly value: string; readonly count: number }

/** The commonest values of each column, by position. */
async function readTopValues(input: ProfileInput): Promise<Map<number, ValueCount[]>> {
  const { connection, table, columns } = input
  const found = new Map(columns.map(({ position }) => [position, [] as ValueCount[]]))
  if (columns.length === 0) return found
  const queries = columns.map(({ position }) => {
    const column = storedColumn(position)
    return `(SELECT ${position}, ${column}::VARCHAR AS v, count(*) AS n FROM ${table}
      WHERE ${column} IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT ${topValues})`
  })
  for (const [position, value, count] of await readRowsOf(connection, queries.join(' UNION ALL '))) {
    found.get(Number(position))?.push({ value: String(value), count: Number(count) })
  }
  for (const values of found.values()) values.sort((one, other) => other.count - one.count)
  return found
}
