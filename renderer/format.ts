import type { Cell } from '../src/contract/records.ts'

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const oneDecimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

/** A count with grouping: 12,345. */
export const formatCount = (count: number): string => grouped.format(count)

/** "1 row", "12,345 rows". */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

/** A measured number with at most `digits` significant digits; very large and small ones in powers of ten. */
export function formatNumber(value: number, digits = 6): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞'
  if (Number.isInteger(value) && Math.abs(value) < 1e12) return String(value)
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e12 || size < 1e-4)) {
    return value.toExponential(digits - 1).replace(/\.?0+e/, 'e')
  }
  return String(Number(value.toPrecision(digits)))
}

/** How the core writes moments: ISO in UTC. */
const isoMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/** A cell as shown in a table; null for a missing one. */
export function formatCell(cell: Cell): string | null {
  if (cell === null) return null
  if (typeof cell === 'number') return formatNumber(cell, 8)
  return isoMoment.test(cell) ? formatInstant(Date.parse(cell)) : cell
}

/** 0.1234 as "12.3 %", with a space that does not break. */
export function formatShare(share: number): string {
  const percent = share * 100
  if (percent > 0 && percent < 0.1) return '<\u00a00.1\u00a0%'
  return `${oneDecimal.format(percent)}\u00a0%`
}

const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes in powers of 1,000. */
export function formatBytes(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 ? formatCount(size) : Number(size.toPrecision(3))} ${units[unit]}`
}

/** Seconds for a person who waits: "under a second", "12 s", "3 min". */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return 'under a second'
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`
  return `${oneDecimal.format(seconds / 3600)} h`
}

/** A moment of an ISO text, in the person's own way; `medium` has seconds. */
export function formatMoment(iso: string, timeStyle: 'short' | 'medium' = 'short'): string {
  const moment = new Date(iso)
  return Number.isNaN(moment.getTime())
    ? iso
    : moment.toLocaleString(undefined, { dateStyle: 'medium', timeStyle })
}

/** Milliseconds since 1970 as date and time in UTC, without what is zero. */
export function formatInstant(milliseconds: number): string {
  const date = new Date(milliseconds)
  if (Number.isNaN(date.getTime())) return '–'
  return date
    .toISOString()
    .replace('T', ' ')
    .replace(/(\.000)?Z$/, '')
    .replace(/( \d\d:\d\d):00$/, '$1')
    .replace(/ 00:00$/, '')
}
