import type { ColumnChoice, Dataset, HealthFinding } from '../../contract/records.ts'
import type { SampledColumn, TableSample } from './sample.ts'

/** Share of empty cells from which a column is mostly missing. */
const missingShare = 0.5
/** Share of one value from which a column is nearly constant. */
const constantShare = 0.995
/** Fewer rows say little about shares and shapes. */
const leastRows = 50
/** Standardised third moment from which a column counts as extremely skewed; an exponential one has 2. */
const extremeSkew = 20

/** Names in a sentence. */
export function named(columns: readonly string[]): string {
  const shown = columns.slice(0, 5).map((name) => `“${name.slice(0, 60)}”`)
  const more = columns.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${more} more`
  const last = shown.pop()
  return shown.length === 0 ? `${last}` : `${shown.join(', ')} and ${last}`
}

/** The fix that leaves columns out of training. */
export function leaveOut(columns: readonly string[], role: 'ignored' | 'identifier' = 'ignored') {
  const title = columns.length === 1 ? 'Leave it out' : `Leave ${columns.length} out`
  const choices: [string, ColumnChoice][] = columns.map((name) => [name, { role }])
  // A column of this name cannot be addressed by name, see the checks of the contract.
  return columns.includes('__proto__') ? null : { title, columns: Object.fromEntries(choices) }
}

export const percent = (share: number): string => {
  const rounded = (100 * share).toFixed(1)
  return `${rounded === '100.0' && share < 1 ? '99.9' : rounded} %`
}

export const isFeature = ({ column }: Pick<SampledColumn, 'column'>): boolean => column.role === 'feature'

/** Columns without two values. Those that import left out already are said once and need no fix. */
export function constantColumns(dataset: Dataset): HealthFinding[] {
  const constant = dataset.columns.filter(({ distinct }) => distinct <= 1)
  const used = constant.filter(({ role }) => role === 'feature').map(({ name }) => name)
  const left = constant.filter(({ role }) => role === 'ignored').map(({ name }) => name)
  const reason = 'A column that never changes tells no row from another.'
  const findings: HealthFinding[] = []
  if (used.length > 0) {
    const message = `${named(used)} ${used.length === 1 ? 'holds' : 'hold'} one value, or none, in every row.`
    findings.push({ kind: 'constant', serious: true, columns: used, message, reason, fix: leaveOut(used) })
  }
  if (left.length > 0) {
    const message = `${named(left)} ${left.length === 1 ? 'holds' : 'hold'} one value, or none, in every row, and ${left.length === 1 ? 'is' : 'are'} left out already.`
    findings.push({ kind: 'constant', serious: false, columns: left, message, reason, fix: null })
  }
  return findings
}

/** Features that are empty in more than half of the rows. */
export function mostlyMissing(dataset: Dataset): HealthFinding[] {
  return dataset.columns.flatMap((column): HealthFinding[] => {
    const share = column.missing / Math.max(1, dataset.rows)
    if (column.role !== 'feature' || column.distinct <= 1 || share <= missingShare) return []
    return [
      {
        kind: 'mostly-missing',
        serious: share > 0.95,
        columns: [column.name],
        message: `“${column.name}” is empty in ${percent(share)} of the rows.`,
        reason: 'Rows that have a value look strange by having one, whatever it says.',
        fix: leaveOut([column.name]),
      },
    ]
  })
}

/** What one feature's values are like, by themselves. */
export function shapeOf(sample: TableSample, one: SampledColumn): HealthFinding[] {
  if (!isFeature(one) || one.column.distinct <= 1) return []
  const { name, type } = one.column
  const present = one.values.filter((value) => !Number.isNaN(value))
  if (present.length < leastRows) return []
  const share = commonestShare(present)
  if (share >= constantShare) {
    return [
      {
        kind: 'near-constant',
        serious: false,
        columns: [name],
        message: `“${name}” holds one and the same value in ${percent(share)} of the rows.`,
        reason:
          'Any other value makes a row look strange by itself: right for an alarm, wrong for a leftover.',
        fix: leaveOut([name]),
      },
    ]
  }
  if (type === 'category' || type === 'number') {
    const why = identifierSign(sample, one, present)
    if (why !== null) {
      return [
        {
          kind: 'identifier-like',
          serious: true,
          columns: [name],
          message: `“${name}” looks like an identifier: ${why}.`,
          reason: 'A name or number of a row says nothing about whether the row is usual.',
          fix: leaveOut([name], 'identifier'),
        },
      ]
    }
  }
  const skew = type === 'number' ? skewness(present) : 0
  if (Math.abs(skew) <= extremeSkew) return []
  const far = skew > 0 ? 'above' : 'below'
  return [
    {
      kind: 'skew',
      serious: false,
      columns: [name],
      message: `“${name}” is extremely skewed: a few values lie far ${far} all others (skewness ${skew.toFixed(0)}).`,
      reason:
        'Training clips such values softly, so that they do not drown the rest; set the column aside if they are mistakes.',
      fix: leaveOut([name]),
    },
  ]
}

function commonestShare(present: Float64Array): number {
  const sorted = present.toSorted()
  let longest = 0
  for (let from = 0, at = 1; at <= sorted.length; at++) {
    if (at < sorted.length && sorted[at] === sorted[from]) continue
    longest = Math.max(longest, at - from)
    from = at
  }
  return longest / present.length
}

/** Why a column looks like an identifier, or null. */
function identifierSign(
  sample: TableSample,
  { column }: SampledColumn,
  present: Float64Array,
): string | null {
  if (column.type === 'category') {
    const mostDiffer = column.distinct > 0.9 * (present.length / sample.rows) * Math.max(sample.rows, 1)
    return mostDiffer && sample.whole ? 'nearly every row has a value of its own' : null
  }
  if (present.length < sample.rows || !present.every(Number.isInteger)) return null
  let step = 0
  for (let at = 1; at < present.length; at++) {
    const rise = Math.sign((present[at] ?? 0) - (present[at - 1] ?? 0))
    if (rise === 0 || (step !== 0 && rise !== step)) return null
    step = rise
  }
  return `whole numbers that ${step > 0 ? 'rise' : 'fall'} from row to row, no two alike`
}

function skewness(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / values.length
  let squares = 0
  let cubes = 0
  for (const value of values) {
    const distance = value - mean
    squares += distance ** 2
    cubes += distance ** 3
  }
  const variance = squares / values.length
  return variance > 0 ? cubes / values.length / variance ** 1.5 : 0
}
