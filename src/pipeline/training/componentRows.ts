import { sampleRows } from '../features/sample.ts'

/** The axes of this many rows are those of all of them, up to a fraction of a degree, in bounded time. */
export const mostComponentRows = 200_000

/**
 * Numbers of the rows that principal components are computed from: those not held out, or a seeded sample where there
 * are more than `most`. Null: every row of the table.
 * @param rows of the table
 * @param drawFrom numbers of the rows not held out; null: none is
 */
export function componentRows(input: {
  readonly rows: number
  readonly drawFrom: Int32Array | null
  readonly seed: number
  readonly most?: number
}): Int32Array | null {
  const { drawFrom, seed, most = mostComponentRows } = input
  const rows = drawFrom?.length ?? input.rows
  if (rows <= most) return drawFrom
  const chosen = sampleRows({ rows, count: most, seed, purpose: 'components' })
  return drawFrom ? chosen.map((place) => drawFrom[place] ?? 0) : chosen
}
