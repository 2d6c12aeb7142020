import { dayMilliseconds, phaseOf } from './dates.ts'
import type { Feature, Period } from './encoder.ts'
import { fitScaling, quantile } from './scaling.ts'

/** Parts of a date-time are used only where the table covers enough time for them to repeat. */
const daysNeeded: Readonly<Record<Period, number>> = { hour: 0, weekday: 7, 'month-day': 90, month: 365 }

/**
 * A column follows another when nine tenths of their distances are below this share of the span of the other's
 * middle nine tenths: one "9999-12-31" makes no two columns close.
 */
const followingShare = 0.05

/**
 * Days since the first date-time and its place in the day, week, month and year. A column that follows an
 * earlier one closely (an end after a start) becomes the seconds between the two: that is where it differs.
 * @param moments milliseconds since 1970 UTC, NaN where missing
 * @param earlier the same for the date-time columns before this one, by name
 */
export function fitDateTime(moments: Float64Array, earlier: ReadonlyMap<string, Float64Array>): Feature[] {
  for (const [column, others] of earlier) {
    const seconds = secondsBetween(moments, others)
    const scaling = fitScaling(seconds)
    if (scaling && follows(seconds, others)) return [{ kind: 'since-column', column, scaling }]
  }
  const present = moments.filter(Number.isFinite).sort()
  const origin = present[0]
  const last = present.at(-1)
  if (origin === undefined || last === undefined) return []
  const elapsed = fitScaling(present.map((moment) => (moment - origin) / dayMilliseconds))
  if (!elapsed) return []
  const days = (last - origin) / dayMilliseconds
  const periods = (Object.keys(daysNeeded) as Period[]).filter((period) => days >= daysNeeded[period])
  return [
    { kind: 'elapsed', origin, scaling: elapsed },
    ...periods.flatMap((period) => fitCycle(present, period)),
  ]
}

function fitCycle(present: Float64Array, period: Period): Feature[] {
  const turns = present.map((moment) => 2 * Math.PI * phaseOf(moment, period))
  const sine = fitScaling(turns.map(Math.sin))
  const cosine = fitScaling(turns.map(Math.cos))
  // A phase that never changes moves neither wave; with two phases one wave may stand still: not a circle.
  if (!sine || !cosine) return []
  return [
    { kind: 'cycle', period, wave: 'sine', scaling: sine },
    { kind: 'cycle', period, wave: 'cosine', scaling: cosine },
  ]
}

function secondsBetween(moments: Float64Array, others: Float64Array): Float64Array {
  return moments.map((moment, row) => (moment - (others[row] ?? Number.NaN)) / 1000).filter(Number.isFinite)
}

function follows(seconds: Float64Array, others: Float64Array): boolean {
  const sorted = others.filter(Number.isFinite).sort()
  const span = (quantile(sorted, 0.95) - quantile(sorted, 0.05)) / 1000
  const distances = seconds.map(Math.abs).sort()
  return quantile(distances, 0.9) < followingShare * span
}
