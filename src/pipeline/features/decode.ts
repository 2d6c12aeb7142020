import type { Cell } from '../../contract/records.ts'
import { dayMilliseconds, phaseFromWaves } from './dates.ts'
import { type EncodedColumn, type Encoder, type Feature, scalesOf } from './encoder.ts'
import { roundTo } from './fitNumber.ts'

/**
 * An encoded or reconstructed row in original units, one cell a column of the encoder: numbers scaled back,
 * the likeliest category (null: most likely missing), date-times as ISO text, durations in words.
 */
export function decodeRow(encoder: Encoder, encodedRow: ArrayLike<number>): Cell[] {
  const { unscale } = scalesOf(encoder)
  let offset = 0
  return encoder.columns.map((column) => {
    const values = column.features.map((feature, place) =>
      unscale(encodedRow[offset + place] ?? Number.NaN, feature.scaling),
    )
    offset += column.features.length
    return decodeColumn(column, values)
  })
}

function decodeColumn({ features }: EncodedColumn, values: readonly number[]): Cell {
  const [first] = features
  const value = values[0] ?? Number.NaN
  switch (first?.kind) {
    case 'number':
      return Number.isFinite(value) ? decodeNumber(value, first) : null
    case 'elapsed':
      return Number.isFinite(value) ? decodeMoment(first.origin, features, values) : null
    case 'since-column':
      return Number.isFinite(value) ? `${duration(value)} after ${first.column}` : null
    case 'level':
    case 'other-level':
      return likeliest(features, values)
    default:
      return null
  }
}

function decodeNumber(value: number, feature: Extract<Feature, { kind: 'number' }>): number {
  const { decimals, minimum, maximum } = feature
  const rounded = decimals === null ? value : roundTo(value, decimals)
  return Math.min(maximum, Math.max(minimum, rounded))
}

/** The level with the largest indicator, null where that is "missing". The others are shown by their commonest. */
function likeliest(features: readonly Feature[], values: readonly number[]): Cell {
  let best: Cell = null
  let highest = Number.NEGATIVE_INFINITY
  for (const [place, feature] of features.entries()) {
    const value = values[place] ?? Number.NaN
    if (!(value > highest)) continue
    highest = value
    best = feature.kind === 'level' ? feature.value : feature.kind === 'other-level' ? feature.example : null
  }
  return best
}

/** The day from the elapsed days; the time of day, where it is encoded, from its circle. */
function decodeMoment(origin: number, features: readonly Feature[], values: readonly number[]): string {
  const moment = origin + (values[0] ?? 0) * dayMilliseconds
  const wave = (kind: 'sine' | 'cosine') =>
    values[features.findIndex((one) => one.kind === 'cycle' && one.period === 'hour' && one.wave === kind)]
  const sine = wave('sine')
  const cosine = wave('cosine')
  if (sine === undefined || cosine === undefined || Number.isNaN(sine + cosine))
    return momentText(moment, 'day')
  const minutes = Math.round(phaseFromWaves(sine, cosine) * 24 * 60)
  // Of all days, the one on which that time lies nearest: rounding may have moved the moment past midnight.
  const days = Math.round((moment - minutes * 60_000) / dayMilliseconds)
  return momentText(days * dayMilliseconds + minutes * 60_000, 'minute')
}

/** As the window shows date-times: a space, not a T, between day and time. */
function momentText(moment: number, precision: 'day' | 'minute'): string {
  // The last moment that a Date can hold, in case an extreme reconstruction goes beyond.
  const limit = 8.64e15
  const text = new Date(Math.max(-limit, Math.min(limit, moment))).toISOString()
  return text.slice(0, text.indexOf('T') + (precision === 'day' ? 0 : 6)).replace('T', ' ')
}

function duration(seconds: number): string {
  const size = Math.abs(seconds)
  const [unit, count] =
    size < 90
      ? ['s', size]
      : size < 5400
        ? ['min', size / 60]
        : size < 129_600
          ? ['h', size / 3600]
          : ['days', size / 86_400]
  const shown = count < 10 ? Math.round(count * 10) / 10 : Math.round(count)
  return `${seconds < 0 ? '-' : ''}${shown} ${unit}`
}
