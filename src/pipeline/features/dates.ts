import type { Period } from './encoder.ts'

export const dayMilliseconds = 86_400_000

/** How far a moment (milliseconds since 1970 UTC) is through its day, week, month or year, in [0, 1). */
export function phaseOf(moment: number, period: Period): number {
  const day = Math.floor(moment / dayMilliseconds)
  const ofDay = moment / dayMilliseconds - day
  if (period === 'hour') return ofDay
  // 1 January 1970 was a Thursday; weeks start on Monday.
  if (period === 'weekday') return ((((day + 3) % 7) + 7) % 7) / 7
  const date = new Date(moment)
  if (period === 'month') return date.getUTCMonth() / 12
  return (date.getUTCDate() - 1) / 31
}

/** The phase in [0, 1) whose sine and cosine point the same way as the two given. */
export function phaseFromWaves(sine: number, cosine: number): number {
  const turn = Math.atan2(sine, cosine) / (2 * Math.PI)
  return turn < 0 ? turn + 1 : turn
}
