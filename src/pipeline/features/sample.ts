/** Uniform numbers in [0, 1) from a seed (mulberry32, a public-domain generator by Tommy Ettinger). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** `count` different row numbers below `rows`, sorted; every row when there are not more. */
export function sampleRows(options: {
  readonly rows: number
  readonly count: number
  readonly seed: number
}): Int32Array {
  const { rows, count, seed } = options
  if (count >= rows) return Int32Array.from({ length: rows }, (_, row) => row)
  const random = seededRandom(seed)
  const chosen = new Int32Array(Math.max(count, 0))
  let found = 0
  // Selection sampling (Knuth, TAOCP 2, 3.4.2, algorithm S): in order, each set equally likely.
  for (let row = 0; found < chosen.length; row++) {
    if (random() * (rows - row) < chosen.length - found) chosen[found++] = row
  }
  return chosen
}
