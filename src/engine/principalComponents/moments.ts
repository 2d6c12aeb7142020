import type { Matrix } from '../engine.ts'

/** Multiplications between two chances for other work: about 40 ms. */
const workPerTurn = 3e7

/** Rows that are looked at one after the other, missing cells as 0, with turns for other work between them. */
export interface RowSource {
  readonly count: number
  readonly features: number
  /**
   * Calls `visit` with each row; what it gets is overwritten by the next.
   * @param workPerRow about how many multiplications a visit makes
   */
  forEach(
    workPerRow: number,
    visit: (row: Float64Array, index: number, present: Uint8Array) => void,
  ): Promise<void>
}

/** @param turn awaited about every 40 ms; it may throw to end the work */
export function rowSource(rows: Matrix, drawFrom: Int32Array | null, turn: () => Promise<void>): RowSource {
  const { columns, values } = rows
  const count = drawFrom?.length ?? rows.rows
  return {
    count,
    features: columns,
    async forEach(workPerRow, visit) {
      const row = new Float64Array(columns)
      const present = new Uint8Array(columns)
      const perTurn = Math.max(1, Math.floor(workPerTurn / (workPerRow + columns)))
      for (let index = 0; index < count; index += 1) {
        if (index % perTurn === 0) await turn()
        const offset = (drawFrom?.[index] ?? index) * columns
        for (let column = 0; column < columns; column += 1) {
          const value = values[offset + column] ?? 0
          const isPresent = !Number.isNaN(value)
          row[column] = isPresent ? value : 0
          present[column] = isPresent ? 1 : 0
        }
        visit(row, index, present)
      }
    },
  }
}

/** Mean of each feature, and the sum of their variances (dividing by rows - 1). */
export async function columnMeans(
  source: RowSource,
): Promise<{ means: Float64Array; totalVariance: number }> {
  const { features, count } = source
  const means = new Float64Array(features)
  const spreads = new Float64Array(features)
  await source.forEach(4 * features, (row, index) => {
    // Welford's update: no large sums that cancel.
    for (let column = 0; column < features; column += 1) {
      const difference = (row[column] ?? 0) - (means[column] ?? 0)
      const mean = (means[column] ?? 0) + difference / (index + 1)
      means[column] = mean
      spreads[column] = (spreads[column] ?? 0) + difference * ((row[column] ?? 0) - mean)
    }
  })
  const total = spreads.reduce((sum, spread) => sum + spread, 0)
  return { means, totalVariance: total / Math.max(1, count - 1) }
}

/** The covariance of the features: features x features, row-major, dividing by rows - 1. */
export async function covariance(source: RowSource, means: Float64Array): Promise<Float64Array> {
  const { features, count } = source
  const sums = new Float64Array(features * features)
  await source.forEach((features * features) / 2, (row) => {
    for (let column = 0; column < features; column += 1)
      row[column] = (row[column] ?? 0) - (means[column] ?? 0)
    for (let first = 0; first < features; first += 1) {
      const factor = row[first] ?? 0
      if (factor === 0) continue
      const offset = first * features
      for (let second = first; second < features; second += 1) {
        sums[offset + second] = (sums[offset + second] ?? 0) + factor * (row[second] ?? 0)
      }
    }
  })
  const divisor = Math.max(1, count - 1)
  for (let first = 0; first < features; first += 1) {
    for (let second = first; second < features; second += 1) {
      const entry = (sums[first * features + second] ?? 0) / divisor
      sums[first * features + second] = entry
      sums[second * features + first] = entry
    }
  }
  return sums
}

/** The covariance times each vector, without ever writing the covariance down. */
export async function covarianceProducts(
  source: RowSource,
  means: Float64Array,
  vectors: readonly Float64Array[],
): Promise<Float64Array[]> {
  const { features, count } = source
  const products = vectors.map(() => new Float64Array(features))
  const divisor = Math.max(1, count - 1)
  await source.forEach(2 * features * vectors.length, (row) => {
    for (let column = 0; column < features; column += 1)
      row[column] = (row[column] ?? 0) - (means[column] ?? 0)
    for (let first = 0; first < vectors.length; first += 4)
      addFourProducts(row, divisor, vectors, products, first)
  })
  return products
}

/** products_i += row (row . vectors_i) / divisor for four of them, so that the row is read half as often. */
function addFourProducts(
  row: Float64Array,
  divisor: number,
  vectors: readonly Float64Array[],
  products: readonly Float64Array[],
  first: number,
): void {
  // Where fewer than four are left, the last one stands in, with factor 0.
  const at = (list: readonly Float64Array[], place: number) => list[Math.min(place, list.length - 1)] ?? row
  const left = vectors.length - first
  const [v0, v1, v2, v3] = [
    at(vectors, first),
    at(vectors, first + 1),
    at(vectors, first + 2),
    at(vectors, first + 3),
  ]
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  for (let column = 0; column < row.length; column += 1) {
    const entry = row[column] ?? 0
    s0 += entry * (v0[column] ?? 0)
    s1 += entry * (v1[column] ?? 0)
    s2 += entry * (v2[column] ?? 0)
    s3 += entry * (v3[column] ?? 0)
  }
  s0 /= divisor
  s1 = left > 1 ? s1 / divisor : 0
  s2 = left > 2 ? s2 / divisor : 0
  s3 = left > 3 ? s3 / divisor : 0
  const [p0, p1, p2, p3] = [
    at(products, first),
    at(products, first + 1),
    at(products, first + 2),
    at(products, first + 3),
  ]
  for (let column = 0; column < row.length; column += 1) {
    const entry = row[column] ?? 0
    p0[column] = (p0[column] ?? 0) + entry * s0
    p1[column] = (p1[column] ?? 0) + entry * s1
    p2[column] = (p2[column] ?? 0) + entry * s2
    p3[column] = (p3[column] ?? 0) + entry * s3
  }
}
