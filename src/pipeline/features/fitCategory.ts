import type { Feature } from './encoder.ts'
import { fitScaling, type Scaling } from './scaling.ts'

/** A value gets a feature of its own when at least this many rows, and this share of them, have it. */
const fewestRowsOfLevel = 3
const smallestShareOfLevel = 0.005
/** At most this many values of one column get a feature of their own, the commonest first. */
const mostLevels = 100
/** A whole category counts like this many numbers, however many values it has. Measured on mixed tables. */
const numbersPerCategory = 3

/**
 * One-hot features of the commoner values, one for all the others together, which values first seen when
 * scoring join as well, and one for missing cells: to a category, missing is a value like any other. Each is
 * scaled like a number, so that rare values lie far out, then shrunk.
 */
export function fitCategory(values: readonly (string | null)[]): Feature[] {
  const counts = new Map<string, number>()
  let missing = 0
  for (const value of values) {
    if (value === null) missing++
    else counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  // Commonest first; equal counts in the order of the text, so that row order does not matter.
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  const needed = Math.max(fewestRowsOfLevel, smallestShareOfLevel * values.length)
  const own = ranked.slice(0, mostLevels).filter(([, count]) => count >= needed)
  const others = ranked.slice(own.length)
  const example = others[0]?.[0] ?? ''
  const rowsOfOthers = others.reduce((sum, [, count]) => sum + count, 0)
  const parts: readonly (readonly [rows: number, feature: (scaling: Scaling) => Feature])[] = [
    ...own.map(
      ([value, rows]) => [rows, (scaling: Scaling): Feature => ({ kind: 'level', value, scaling })] as const,
    ),
    [rowsOfOthers, (scaling) => ({ kind: 'other-level', example, scaling })],
    [missing, (scaling) => ({ kind: 'missing', scaling })],
  ]
  const fitted = parts.flatMap(([rows, feature]) => {
    const scaling = fitShare(rows, values.length)
    return scaling ? [{ scaling, feature }] : []
  })
  // Squared errors of all levels together then weigh like those of `numbersPerCategory` numbers.
  const shrinking = Math.sqrt(fitted.length / numbersPerCategory)
  return fitted.map(({ scaling: { centre, spread }, feature }) =>
    feature({ centre, spread: spread * shrinking }),
  )
}

/** The scaling of a column with `ones` ones among `rows` cells, else zeros. */
function fitShare(ones: number, rows: number): Scaling | null {
  const flags = new Float64Array(rows)
  flags.fill(1, 0, ones)
  return fitScaling(flags)
}
