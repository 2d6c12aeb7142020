/** Where a feature's values lie and how far they usually spread, in original units. */
export interface Scaling {
  readonly centre: number
  readonly spread: number
}

/** Beyond this many spreads from the centre a value grows only logarithmically. */
const linearTo = 2

/** Quartile distance of a normal distribution with standard deviation 1. */
const normalQuartileDistance = 1.349

/** Quartiles that differ by less than this share of their size differ by rounding only. */
const rounding = 1e-14

/**
 * Robust scaling: median and quartile distance, or `spreadOfRest` where at least half of the values are equal
 * (mostly-zero and rare-binary columns). A few values, however extreme, move neither. null when there is no
 * value, or all values are the same up to rounding.
 */
export function fitScaling(values: Float64Array): Scaling | null {
  const sorted = values.toSorted()
  const lowest = sorted[0]
  const highest = sorted.at(-1)
  if (lowest === undefined || highest === undefined || lowest === highest) return null
  const centre = quantile(sorted, 0.5)
  const first = quantile(sorted, 0.25)
  const third = quantile(sorted, 0.75)
  const negligible = rounding * Math.max(Math.abs(first), Math.abs(third))
  const robust = (third - first) / normalQuartileDistance
  const spread = robust > negligible ? robust : spreadOfRest(sorted, centre, negligible)
  return spread > 0 ? { centre, spread: Math.min(spread, Number.MAX_VALUE) } : null
}

/** Original units to encoded units: scaled, then softly clipped. Finite for every finite value. */
export function scale(value: number, { centre, spread }: Scaling): number {
  const z = (value - centre) / spread
  const size = Math.min(Math.abs(z), Number.MAX_VALUE)
  return size < linearTo ? z : Math.sign(z) * (linearTo + Math.log1p(size - linearTo))
}

/** Encoded units to original units: the inverse of `scale`. */
export function unscale(encoded: number, { centre, spread }: Scaling): number {
  const size = Math.abs(encoded)
  const z = size < linearTo ? encoded : Math.sign(encoded) * (linearTo + Math.expm1(size - linearTo))
  return centre + z * spread
}

/** Beyond this many spreads from the centre unclipped values stay where they are, so that their squares are numbers. */
export const farthest = 1e6

/** As `scale`, without the soft clip. */
export function scaleLinearly(value: number, { centre, spread }: Scaling): number {
  return Math.min(farthest, Math.max(-farthest, (value - centre) / spread))
}

/** The inverse of `scaleLinearly` within a million spreads. */
export function unscaleLinearly(encoded: number, { centre, spread }: Scaling): number {
  return centre + encoded * spread
}

/** Linear interpolation between the two nearest ranks, of values sorted upwards. */
export function quantile(sorted: Float64Array | Float32Array, share: number): number {
  const position = (sorted.length - 1) * share
  const below = Math.floor(position)
  const low = sorted[below] ?? Number.NaN
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN
  const part = position - below
  const between = low + (high - low) * part
  // The distance of the two may be beyond the largest number.
  return Number.isFinite(between) ? between : low * (1 - part) + high * part
}

/** A value this many times as far from the centre as the next nearest marks something else than a measurement. */
const sentinelGap = 20

/**
 * Spread of a column of which at least half the values lie at the centre: the standard deviation, without the
 * values beyond a gap that no measurement leaves. 0 when all values are at the centre up to rounding.
 */
function spreadOfRest(sorted: Float64Array, centre: number, negligible: number): number {
  const near = (value: number, reach: number) => Math.abs(value - centre) <= reach
  const away = sorted.filter((value) => !near(value, negligible)).map((value) => Math.abs(value - centre))
  if (away.length === 0) return 0
  away.sort()
  // Only beyond the commoner half: a few values close to the centre make none of the others a sentinel.
  let last = Math.floor(away.length / 2)
  while (last + 1 < away.length && (away[last + 1] ?? 0) <= sentinelGap * (away[last] ?? 0)) last++
  const reach = away[last] ?? 0
  return standardDeviation(sorted.filter((value) => near(value, reach)))
}

/** Of the values themselves, not of a population behind them. Divides by the largest so that squares stay finite. */
function standardDeviation(sorted: Float64Array): number {
  const largest = Math.max(Math.abs(sorted[0] ?? 0), Math.abs(sorted.at(-1) ?? 0))
  let mean = 0
  for (const value of sorted) mean += value / largest / sorted.length
  let squares = 0
  for (const value of sorted) squares += (value / largest - mean) ** 2
  return largest * Math.sqrt(squares / sorted.length)
}
