import { principalComponents } from '../../engine/principalComponents.ts'
import { type Codes, chosenRows } from './codes.ts'

/** What a page can draw. */
export const mostPoints = 50_000

/** Rows as points in the plane along which their codes spread most. */
export interface CodePoints {
  readonly rows: Int32Array
  readonly x: Float32Array
  readonly y: Float32Array
  /** Parts of the codes' variance along x and y. */
  readonly explained: readonly [number, number]
}

/**
 * The first two principal components of all codes, and where at most 50,000 of the rows lie on them: the flagged ones
 * (if there are more, those that come first) and a seeded sample of the others.
 * @param flagged row numbers, the highest score first
 */
export async function mapCodes(codes: Codes, flagged: Int32Array): Promise<CodePoints> {
  const { matrix } = codes
  const { means, components, variances, totalVariance } = await principalComponents({
    rows: matrix,
    count: 2,
  })
  const placeOf = new Map<number, number>()
  for (const row of flagged) {
    const place = placeOfRow(codes.rows, row)
    if (place !== null) placeOf.set(row, place)
  }
  const always = Int32Array.from(placeOf.values())
  const places = chosenRows({ total: matrix.rows, always, most: mostPoints })
  const along = (component: Float64Array | undefined) =>
    Float32Array.from(places, (place) => {
      let sum = 0
      for (const [node, weight] of (component ?? new Float64Array(0)).entries()) {
        sum += weight * ((matrix.values[place * matrix.columns + node] ?? 0) - (means[node] ?? 0))
      }
      return sum
    })
  const share = (variance: number | undefined) => (totalVariance > 0 ? (variance ?? 0) / totalVariance : 0)
  return {
    rows: places.map((place) => codes.rows[place] ?? 0),
    x: along(components[0]),
    y: along(components[1]),
    explained: [share(variances[0]), share(variances[1])],
  }
}

/** Where a row number stands in an ascending list; null where it does not. */
export function placeOfRow(rows: Int32Array, row: number): number | null {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle] ?? 0) < row) low = middle + 1
    else high = middle
  }
  return rows[low] === row ? low : null
}
