export interface Ranking {
  /** Row numbers, highest score first; rows with equal scores in row order. */
  readonly order: Int32Array
  /** The scores in that order. */
  readonly sorted: Float32Array
}

const halfBits = 16
const buckets = 2 ** halfBits

/**
 * Orders rows by score; scores are finite. A radix sort over the floats' bits (low half, then high half): stable,
 * so that equal scores keep their row order, and some ten times faster than comparing.
 */
export function rankScores(scores: Float32Array): Ranking {
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length)
  const keys = bits.map(descendingKey)
  const rows = Int32Array.from(keys.keys())
  const byLowHalf = countingSort(rows, (row) => (keys[row] ?? 0) % buckets)
  const order = countingSort(byLowHalf, (row) => (keys[row] ?? 0) >>> halfBits)
  return { order, sorted: Float32Array.from(order, (row) => scores[row] ?? 0) }
}

function countingSort(rows: Int32Array, bucketOf: (row: number) => number): Int32Array {
  const starts = new Int32Array(buckets + 1)
  for (const row of rows) {
    const next = bucketOf(row) + 1
    starts[next] = (starts[next] ?? 0) + 1
  }
  for (let bucket = 1; bucket <= buckets; bucket++) {
    starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0)
  }
  const sorted = new Int32Array(rows.length)
  for (const row of rows) {
    const bucket = bucketOf(row)
    const place = starts[bucket] ?? 0
    sorted[place] = row
    starts[bucket] = place + 1
  }
  return sorted
}

/** Unsigned integers in the opposite order of the floats whose bits are given; -0 counts as 0. */
function descendingKey(bits: number): number {
  if (bits === 0x80000000) return 0x7fffffff
  return bits & 0x80000000 ? bits : 0x7fffffff - bits
}
