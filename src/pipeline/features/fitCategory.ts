import type { Feature } from './encoder.ts'
import { fitScaling } from './scaling.ts'

/** A value gets a feature of its own when at least this many rows, and this share of them, have it. */
const fewestRowsOfLevel = 3
const smallestShareOfLevel = 0.001
/** At most this many values of one column get a feature of their own, the commonest first. */
const mostLevels = 100

/**
 * One-hot features of the commoner values and one feature for all the others together, which values first
 * seen when scoring join as well. Each is scaled like a number, so rare values lie far out.
 */
export function fitCategory(values: readonly (string | null)[]): Feature[] {
  const counts = new Map<string, number>()
  let present = 0
  for (const value of values) {
    if (value === null) continue
    counts.set(value, (counts.get(value) ?? 0) + 1)
    present++
  }
  // Commonest first; equal counts in the order of the text, so that row order does not matter.
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  const needed = Math.max(fewestRowsOfLevel, smallestShareOfLevel * present)
  const own = ranked.slice(0, mostLevels).filter(([, count]) => count >= needed)
  const features = own.flatMap(([value, count]): Feature[] => {
    const scaling = fitShare(count, present)
    return scaling ? [{ kind: 'level', value, scaling }] : []
  })
  const others = ranked.slice(own.length)
  const scaling = fitShare(
    others.reduce((sum, [, count]) => sum + count, 0),
    present,
  )
  const example = others[0]?.[0]
  if (scaling && example !== undefined) features.push({ kind: 'other-level', example, scaling })
  return features
}

/** The scaling of a column with `ones` ones among `rows` cells, else zeros. */
function fitShare(ones: number, rows: number) {
  const flags = new Float64Array(rows)
  flags.fill(1, 0, ones)
  return fitScaling(flags)
}
