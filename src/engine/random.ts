/** A seeded stream of numbers whose state can be saved. xoshiro128** (Blackman and Vigna, 2018). */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number
  /** Uniform among 0 .. below - 1. */
  integer(below: number): number
  /** Four 32-bit words; `restoredRandom` continues from them exactly. */
  state(): readonly number[]
}

export function restoredRandom(words: readonly number[]): Random {
  let [a = 1, b = 0, c = 0, d = 0] = words
  const next = () => {
    const mixed = Math.imul(b, 5)
    const result = Math.imul((mixed << 7) | (mixed >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result
  }
  return {
    uniform: () => next() / 4294967296,
    integer: (below) => Math.floor((next() / 4294967296) * below),
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  }
}

/**
 * The stream called `purpose` of a seed. Streams of different purposes are unrelated, so that, for
 * example, one more validation never changes what training draws.
 */
export function seededRandom(seed: number, purpose: string): Random {
  // FNV-1a over the purpose, then splitmix32 fills the four words.
  let hash = (2166136261 ^ Math.imul(seed | 0, 0x9e3779b1) ^ Math.floor(seed / 4294967296)) >>> 0
  for (const character of purpose) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619)
  const words = Array.from({ length: 4 }, () => {
    hash = (hash + 0x9e3779b9) | 0
    let word = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97)
    return (word ^ (word >>> 15)) >>> 0
  })
  return restoredRandom(words)
}

/** Fills with independent normals of mean 0 (Box and Muller's method: two at a time). */
export function fillNormals(target: Float32Array, random: Random, deviation: number): void {
  for (let index = 0; index < target.length; index += 2) {
    // 1 - uniform lies in (0, 1]: its logarithm is finite.
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random.uniform()))
    const angle = 2 * Math.PI * random.uniform()
    target[index] = radius * Math.cos(angle)
    if (index + 1 < target.length) target[index + 1] = radius * Math.sin(angle)
  }
}

/** Fills with independent row numbers below `rows`, or among `drawFrom`. */
export function fillRows(target: Int32Array, random: Random, rows: number, drawFrom?: Int32Array): void {
  fillIntegers(target, random, drawFrom?.length ?? rows)
  if (!drawFrom) return
  for (let index = 0; index < target.length; index += 1) target[index] = drawFrom[target[index] ?? 0] ?? 0
}

/** Fills with independent integers, uniform among 0 .. below - 1. */
export function fillIntegers(target: Int32Array, random: Random, below: number): void {
  for (let index = 0; index < target.length; index += 1) target[index] = random.integer(below)
}
