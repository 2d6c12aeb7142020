import { inBlocks } from '../../engine/blocks.ts'

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
 * so that equal scores keep their row order, and some ten times faster than comparing. Other calls pass in between.
 */
export async function rankScores(scores: Float32Array): Promise<Ranking> {
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length)
  const keys = new Uint32Array(bits.length)
  const rows = new Int32Array(bits.length)
  await inBlocks(rows.length, (from, to) => {
    for (let row = from; row < to; row++) {
      keys[row] = descendingKey(bits[row] ?? 0)
      rows[row] = row
    }
  })
  const order = await countingSort(await countingSort(rows, keys, 0), keys, halfBits)
  const sorted = new Float32Array(scores.length)
  await inBlocks(sorted.length, (from, to) => {
    for (let place = from; place < to; place++) sorted[place] = scores[order[place] ?? 0] ?? 0
  })
  return { order, sorted }
}

/** Orders rows by the 16 bits of their keys above `shift`; plain loops, since rows can be millions. */
async function countingSort(rows: Int32Array, keys: Uint32Array, shift: number): Promise<Int32Array> {
  const starts = new Int32Array(buckets + 1)
  await inBlocks(keys.length, (from, to) => {
    for (let row = from; row < to; row++) {
      const next = (((keys[row] ?? 0) >>> shift) & (buckets - 1)) + 1
      starts[next] = (starts[next] ?? 0) + 1
    }
  })
  for (let bucket = 1; bucket <= buckets; bucket++) {
    starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0)
  }
  const sorted = new Int32Array(rows.length)
  await inBlocks(rows.length, (from, to) => {
    for (let place = from; place < to; place++) {
      const row = rows[place] ?? 0
      const bucket = ((keys[row] ?? 0) >>> shift) & (buckets - 1)
      const next = starts[bucket] ?? 0
      sorted[next] = row
      starts[bucket] = next + 1
    }
  })
  return sorted
}

/** Unsigned integers in the opposite order of the floats whose bits are given; -0 counts as 0. */
function descendingKey(bits: number): number {
  if (bits === 0x80000000) return 0x7fffffff
  return bits & 0x80000000 ? bits : 0x7fffffff - bits
}
