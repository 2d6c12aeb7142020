import { misfitShare } from '../dataset/columnTypes.ts'
import { readRowsOf } from '../dataset/database.ts'
import { misfitColumn, storedColumn } from '../dataset/layout.ts'
import type { NumberFacts } from '../dataset/numberFacts.ts'
import type { ColumnLoad, LoadInput } from './createTable.ts'

/** Columns in one query: more would make DuckDB's plans slow and large. */
export const batchColumns = 200
const asText = { kind: 'text', form: null, reading: 'checked' } as const

/** Reads some columns differently when their values show that the first reading was wrong; null when all is well. */
export async function reviseLoads(
  input: LoadInput,
  loads: readonly ColumnLoad[],
  facts: ReadonlyMap<number, NumberFacts>,
): Promise<ColumnLoad[] | null> {
  const misfits = await countMisfits(input, loads)
  const padded = await paddedTexts(input, loads)
  const wordy = await datesFromWords(input, loads)
  let changed = false
  const revised = loads.map((load, position): ColumnLoad => {
    const change =
      wordy.has(position) || padded.has(position)
        ? ({ reading: 'checked' } as const)
        : revisionOf(load, facts.get(position), misfits.get(position) ?? 0)
    changed ||= change !== null
    return { ...load, ...change }
  })
  return changed ? revised : null
}

function revisionOf(
  load: ColumnLoad,
  facts: NumberFacts | undefined,
  misfits: number,
): Partial<ColumnLoad> | null {
  if (load.kind === 'text' || facts === undefined) return null
  if (load.reading === 'checked') {
    return !load.chosen && misfits > misfitShare * (facts.present + misfits) ? asText : null
  }
  if (load.kind !== 'number') return null
  if (facts.notFinite) return { reading: 'checked' }
  const largest = Math.max(-(facts.minimum ?? 0), facts.maximum ?? 0)
  // Whole numbers beyond the exact ones are codes; far beyond, they are measurements such as 6.02e23.
  const isCode = facts.allIntegers && largest > Number.MAX_SAFE_INTEGER && largest < 1e30
  return isCode && !load.chosen ? { ...asText, codes: true } : null
}

/** Texts kept as they are although there are spaces around some, by position. */
async function paddedTexts(input: LoadInput, loads: readonly ColumnLoad[]): Promise<Set<number>> {
  const texts = loads.flatMap(({ reading, kind }, position) =>
    reading === 'typed' && kind === 'text' ? [position] : [],
  )
  const padded = new Set<number>()
  for (let from = 0; from < texts.length; from += batchColumns) {
    const batch = texts.slice(from, from + batchColumns)
    const expressions = batch.map((position) => {
      const column = storedColumn(position)
      const edges = [' ', '\t'].flatMap((space) => [
        `prefix(${column}, '${space}')`,
        `suffix(${column}, '${space}')`,
      ])
      return `coalesce(bool_or(${edges.join(' OR ')}), false)`
    })
    const [found = []] = await readRowsOf(
      input.connection,
      `SELECT ${expressions.join(', ')} FROM ${input.table}`,
    )
    for (const [index, position] of batch.entries()) if (found[index] === true) padded.add(position)
  }
  return padded
}

/** Date-times read by DuckDB's reader that may come from its words infinity and epoch, by position. */
async function datesFromWords(input: LoadInput, loads: readonly ColumnLoad[]): Promise<Set<number>> {
  const dates = loads.flatMap(({ reading, kind }, position) =>
    reading === 'typed' && kind === 'date-time' ? [position] : [],
  )
  if (dates.length === 0) return new Set()
  const expressions = dates.map((position) => {
    const column = storedColumn(position)
    return `coalesce(bool_or(NOT isfinite(${column}) OR ${column} = TIMESTAMP '1970-01-01'), false)`
  })
  const [found = []] = await readRowsOf(
    input.connection,
    `SELECT ${expressions.join(', ')} FROM ${input.table}`,
  )
  return new Set(dates.filter((_, index) => found[index] === true))
}

/** Texts set aside in each checked column, by position; infinities do not count. */
async function countMisfits(input: LoadInput, loads: readonly ColumnLoad[]): Promise<Map<number, number>> {
  const counts = new Map<number, number>()
  const checked = loads.flatMap(({ reading, kind }, position) =>
    reading === 'checked' && kind !== 'text' ? [position] : [],
  )
  if (checked.length === 0) return counts
  const expressions = checked.map((position) => {
    const misfit = misfitColumn(position)
    return `count(*) FILTER (WHERE ${misfit} IS NOT NULL AND NOT regexp_full_match(lower(${misfit}), '[+-]?(inf|infinity|nan)'))`
  })
  const [values = []] = await readRowsOf(
    input.connection,
    `SELECT ${expressions.join(', ')} FROM ${input.table}`,
  )
  for (const [index, position] of checked.entries()) counts.set(position, Number(values[index] ?? 0))
  return counts
}
