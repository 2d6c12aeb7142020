import { formatCount, formatNumber } from '../format.ts'
import { type ScoreAxis, toAxis } from './histogram.ts'

/** A round score beside an axis. */
export function formatTick(score: number): string {
  const round = Number(score.toPrecision(3))
  return round >= 1000 && round < 1e9 ? formatCount(round) : formatNumber(round, 3)
}

/** Ticks of a logarithmic axis in axis positions: 1, 2 and 5 of each decade, or decades only where there are many. */
export function logTicks(axis: ScoreAxis): { value: number; label: string }[] {
  const from = Math.floor(Math.log10(axis.from))
  const to = Math.ceil(Math.log10(axis.to))
  const multiples = to - from > 4 ? [1] : [1, 2, 5]
  const ticks: { value: number; label: string }[] = []
  for (let decade = from; decade <= to; decade += 1) {
    for (const multiple of multiples) {
      const score = multiple * 10 ** decade
      if (score >= axis.from && score <= axis.to) {
        ticks.push({ value: toAxis(axis, score), label: formatTick(score) })
      }
    }
  }
  return ticks
}
