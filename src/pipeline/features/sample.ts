import { seededRandom } from '../../engine/random.ts'

/** `count` different row numbers below `rows`, sorted; every row when there are not more. */
export function sampleRows(options: {
  readonly rows: number
  readonly count: number
  readonly seed: number
  /** Samples of different purposes are unrelated. */
  readonly purpose: string
}): Int32Array {
  const { rows, count, seed, purpose } = options
  if (count >= rows) return Int32Array.from({ length: rows }, (_, row) => row)
  const random = seededRandom(seed, purpose)
  const chosen = new Int32Array(Math.max(count, 0))
  let found = 0
  // Selection sampling (Knuth, TAOCP 2, 3.4.2, algorithm S): in order, each set equally likely.
  for (let row = 0; found < chosen.length; row++) {
    if (random.uniform() * (rows - row) < chosen.length - found) chosen[found++] = row
  }
  return chosen
}
