import { setImmediate } from 'node:timers/promises'
import type { Dataset, HealthFinding } from '../../contract/records.ts'
import { type Database, readRowsOf } from '../dataset/database.ts'
import { storedColumn, tableOf } from '../dataset/layout.ts'
import { isFeature, leaveOut, named } from './columnChecks.ts'
import type { SampledColumn, TableSample } from './sample.ts'

/** Correlation from which two columns count as one. */
const perfect = 0.999
/** Below it in a part of the rows, a pair is not looked at further. */
const screened = 0.97
/** Values of a column up to which recoding is looked for: with as many values as rows, all columns would match. */
const mostCodes = 50
const leastRows = 50

/** Features that say the same as an earlier one: equal, or the same categories under other names. */
export async function duplicateColumns(
  database: Database,
  dataset: Dataset,
  sample: TableSample,
): Promise<HealthFinding[]> {
  if (sample.rows < leastRows) return []
  const groups = new Map<string, SampledColumn[]>()
  for (const one of sample.columns) {
    if (!isFeature(one) || one.column.distinct <= 1) continue
    const key = fingerprint(one.values)
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  const findings: HealthFinding[] = []
  for (const [first, ...others] of groups.values()) {
    if (first === undefined) continue
    const copies: string[] = []
    for (const other of others) {
      if (!sameInSample(first.values, other.values)) continue
      // What was looked at may be all there is; only beyond it the table has to be asked.
      if (sample.whole || (await sameThroughout(database, dataset, first, other)))
        copies.push(other.column.name)
    }
    if (copies.length === 0) continue
    findings.push({
      kind: 'duplicate-columns',
      serious: true,
      columns: [first.column.name, ...copies],
      message: `${named(copies)} ${copies.length === 1 ? 'says' : 'say'} the same as “${first.column.name}” in every row.`,
      reason: 'What is said twice counts twice in the score.',
      fix: leaveOut(copies),
    })
  }
  return findings
}

/** Equal for columns whose cells match one to one; few values may match under other names. */
function fingerprint(values: Float64Array): string {
  const codes = new Map<number, number>()
  let hash = 0
  for (const value of values) {
    const code = Number.isNaN(value) ? -1 : (codes.get(value) ?? codes.size)
    if (code === codes.size) codes.set(value, code)
    hash = (Math.imul(hash, 31) + code) | 0
  }
  const recoded = codes.size <= mostCodes && codes.size * 5 <= values.length
  if (recoded) return `codes ${codes.size} ${hash}`
  let bits = 0
  for (const half of new Uint32Array(values.buffer, values.byteOffset, values.length * 2)) {
    bits = (Math.imul(bits, 31) + half) | 0
  }
  return `values ${codes.size} ${bits}`
}

/** Whether the cells of two columns match one to one; where that says little, whether they are equal. */
function sameInSample(one: Float64Array, other: Float64Array): boolean {
  if (new Set(one).size > mostCodes) return one.every((value, at) => Object.is(value, other[at]))
  const there = new Map<number, number>()
  const back = new Map<number, number>()
  for (let at = 0; at < one.length; at++) {
    // As keys of a map all NaN are one.
    const a = one[at] ?? Number.NaN
    const b = other[at] ?? Number.NaN
    if (Number.isNaN(a) !== Number.isNaN(b)) return false
    if ((there.get(a) ?? b) !== b && !Number.isNaN(a)) return false
    if ((back.get(b) ?? a) !== a && !Number.isNaN(b)) return false
    there.set(a, b)
    back.set(b, a)
  }
  return true
}

async function sameThroughout(
  database: Database,
  dataset: Dataset,
  one: SampledColumn,
  other: SampledColumn,
): Promise<boolean> {
  const a = storedColumn(one.position)
  const b = storedColumn(other.position)
  const few = one.column.distinct <= mostCodes && other.column.distinct <= mostCodes
  const table = tableOf(dataset.datasetId)
  const sql = few
    ? `SELECT count(DISTINCT ${a}) = count(*) AND count(DISTINCT ${b}) = count(*) AND bool_and((${a} IS NULL) = (${b} IS NULL))
       FROM (SELECT DISTINCT ${a}, ${b} FROM ${table} WHERE NOT (${a} IS NULL AND ${b} IS NULL))`
    : `SELECT count(*) = 0 FROM ${table} WHERE ${a}::VARCHAR IS DISTINCT FROM ${b}::VARCHAR`
  const [row] = await database.withConnection((connection) => readRowsOf(connection, sql))
  return row?.[0] === true
}

/** Numbers that follow an earlier one on a straight line. @param known columns that are told as copies already */
export async function correlatedColumns(
  sample: TableSample,
  known: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<HealthFinding[]> {
  const numbers = sample.columns.filter(
    (one) =>
      isFeature(one) &&
      one.column.type === 'number' &&
      one.column.distinct > 2 &&
      !known.has(one.column.name),
  )
  const pairs = (numbers.length * (numbers.length - 1)) / 2
  if (pairs === 0 || sample.rows < leastRows) return []
  // Some 200 million products at most, so that 5,000 columns take no longer than 500.
  const rows = Math.max(leastRows, Math.min(2_000, sample.rows, Math.floor(2e8 / pairs)))
  const standard = numbers.map(({ values }) => standardised(values, rows))
  const told = new Set<number>()
  const findings: HealthFinding[] = []
  for (let first = 0; first < numbers.length; first++) {
    // Or tables of thousands of columns would keep calls waiting.
    if (first % 64 === 63) await setImmediate()
    signal?.throwIfAborted()
    const leader = numbers[first]
    if (leader === undefined || told.has(first)) continue
    const followers: string[] = []
    for (let second = first + 1; second < numbers.length; second++) {
      const follower = numbers[second]
      if (follower === undefined || told.has(second)) continue
      if (Math.abs(product(standard[first], standard[second])) < screened) continue
      if (Math.abs(correlation(leader.values, follower.values)) < perfect) continue
      // One far point draws a straight line through any cloud.
      const within = correlation(withoutExtremes(leader.values), withoutExtremes(follower.values))
      if (Math.abs(within) < perfect) continue
      told.add(second)
      followers.push(follower.column.name)
    }
    if (followers.length === 0) continue
    findings.push({
      kind: 'correlated-columns',
      serious: false,
      columns: [leader.column.name, ...followers],
      message: `${named(followers)} ${followers.length === 1 ? 'follows' : 'follow'} “${leader.column.name}” on a straight line (correlation above ${perfect}).`,
      reason:
        'It is one measurement that counts more than once; a break of the tie would be an anomaly, though.',
      fix: leaveOut(followers),
    })
  }
  return findings
}

/** `rows` values spread over a column, with mean 0 and length 1; missing ones are the mean. */
function standardised(values: Float64Array, rows: number): Float32Array {
  const step = values.length / rows
  const taken = Float64Array.from({ length: rows }, (_, at) => values[Math.floor(at * step)] ?? Number.NaN)
  const present = taken.filter((value) => !Number.isNaN(value))
  const mean = present.reduce((sum, value) => sum + value / present.length, 0)
  const centred = taken.map((value) => (Number.isNaN(value) ? 0 : value - mean))
  const length = Math.sqrt(centred.reduce((sum, value) => sum + value ** 2, 0))
  return Float32Array.from(centred, (value) => (length > 0 ? value / length : 0))
}

function product(one: Float32Array | undefined, other: Float32Array | undefined): number {
  if (!one || !other) return 0
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0)
  return sum
}

/** Values farther than six deviations from the mean as missing. */
function withoutExtremes(values: Float64Array): Float64Array {
  let count = 0
  let mean = 0
  let squares = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    count++
    const distance = value - mean
    mean += distance / count
    squares += distance * (value - mean)
  }
  const farthest = 6 * Math.sqrt(squares / Math.max(1, count))
  return values.map((value) => (Math.abs(value - mean) > farthest ? Number.NaN : value))
}

/** Pearson's correlation over the rows where both are present; 0 where one does not vary there. */
function correlation(one: Float64Array, other: Float64Array): number {
  let count = 0
  let meanOne = 0
  let meanOther = 0
  let squaresOne = 0
  let squaresOther = 0
  let products = 0
  for (let at = 0; at < one.length; at++) {
    const a = one[at] ?? Number.NaN
    const b = other[at] ?? Number.NaN
    if (Number.isNaN(a) || Number.isNaN(b)) continue
    count++
    const fromOne = a - meanOne
    const fromOther = b - meanOther
    meanOne += fromOne / count
    meanOther += fromOther / count
    squaresOne += fromOne * (a - meanOne)
    squaresOther += fromOther * (b - meanOther)
    products += fromOne * (b - meanOther)
  }
  const scale = Math.sqrt(squaresOne) * Math.sqrt(squaresOther)
  return count >= leastRows && scale > 0 ? products / scale : 0
}
