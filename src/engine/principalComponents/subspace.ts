import { fillNormals, type Random } from '../random.ts'
import { type EigenPairs, symmetricEigenPairs } from './eigenvectors.ts'
import { type Spend, spender } from './spender.ts'
import { addScaled, dot } from './vectors.ts'

/** Vectors that are decomposed at once, where not more are asked for. */
const mostVectors = 256

/** Residuals below this share of the largest eigenvalue count as zero. */
const tolerance = 1e-6
const mostRounds = 300

/**
 * The leading eigenpairs of a symmetric positive semidefinite matrix that is known by its products only, to a residual
 * |A v - value v| of 1e-6 of the largest eigenvalue. Block Krylov subspace with Rayleigh-Ritz and thick restarts
 * (Wu and Simon, 2000; without preconditioner the same as Davidson's method).
 * @param multiply products of the matrix with each of the vectors
 * @param start vectors close to the eigenvectors, where some are known
 * @param turn awaited about every 40 ms, so that other work comes first; it may throw to end this
 */
export async function leadingEigenPairs(input: {
  readonly size: number
  readonly count: number
  readonly multiply: (vectors: readonly Float64Array[]) => Promise<Float64Array[]>
  readonly random: Random
  readonly start?: readonly Float64Array[] | undefined
  readonly turn: () => Promise<void>
}): Promise<EigenPairs> {
  const { size, count, multiply, random } = input
  const spend = spender(input.turn)
  // A few more than asked for: the last ones of a block converge last.
  const width = Math.min(size, count + 4)
  const most = Math.min(size, Math.max(2 * width, Math.min(6 * width, mostVectors)))
  const longest = Math.min(2 * width, Math.max(width, most - width))
  let basis: Float64Array[] = []
  let images: Float64Array[] = []
  let ritz: EigenPairs = { values: [], vectors: [] }
  const start = [...(input.start ?? []), ...normalVectors(width, size, random)].slice(0, width)
  let block = await orthonormal(start, [], spend)
  for (let round = 0; round < mostRounds && block.length > 0; round += 1) {
    images.push(...(await multiply(block)))
    basis.push(...block)
    const { values, vectors } = await symmetricEigenPairs(
      await projected(basis, images, spend),
      basis.length,
      spend,
    )
    const kept = Math.min(basis.length, longest)
    const top = vectors.slice(0, kept)
    const ritzVectors = await combined(basis, top, spend)
    const ritzImages = await combined(images, top, spend)
    ritz = { values: values.slice(0, count), vectors: ritzVectors.slice(0, count) }
    const limit = tolerance * (values[0] ?? 0)
    const residuals = ritzImages.slice(0, width).map((image, index) => {
      const residual = Float64Array.from(image)
      addScaled(residual, -(values[index] ?? 0), ritzVectors[index] ?? residual)
      return residual
    })
    const open = residuals.filter((residual) => Math.sqrt(dot(residual, residual)) > limit)
    if (residuals.slice(0, count).every((residual) => !open.includes(residual))) break
    if (basis.length + open.length > most && kept < basis.length) {
      basis = ritzVectors
      images = ritzImages
    }
    block = await orthonormal(open, basis, spend)
  }
  return ritz
}

function normalVectors(count: number, size: number, random: Random): Float64Array[] {
  return Array.from({ length: count }, () => {
    const normals = new Float32Array(size)
    fillNormals(normals, random, 1)
    return Float64Array.from(normals)
  })
}

/** The part of each vector that is new beside `known` and those before it, at length 1; nothing new is left out. */
async function orthonormal(
  vectors: readonly Float64Array[],
  known: readonly Float64Array[],
  spend: Spend,
): Promise<Float64Array[]> {
  const found: Float64Array[] = []
  for (const vector of vectors) {
    const rest = Float64Array.from(vector)
    const before = Math.sqrt(dot(rest, rest))
    // Twice is enough (Giraud et al., 2005).
    for (let pass = 0; pass < 2; pass += 1) {
      for (const one of [...known, ...found]) addScaled(rest, -dot(rest, one), one)
    }
    const length = Math.sqrt(dot(rest, rest))
    if (length > 1e-10 * before && length > 0) found.push(rest.map((entry) => entry / length))
    await spend(4 * rest.length * (known.length + found.length))
  }
  return found
}

/** The matrix seen in the basis: its entries are basis_i . A basis_j. */
async function projected(
  basis: readonly Float64Array[],
  images: readonly Float64Array[],
  spend: Spend,
): Promise<Float64Array> {
  const size = basis.length
  const matrix = new Float64Array(size * size)
  for (const [row, vector] of basis.entries()) {
    for (let column = row; column < size; column += 1) {
      const entry = dot(vector, images[column] ?? vector)
      matrix[row * size + column] = entry
      matrix[column * size + row] = entry
    }
    await spend((size - row) * vector.length)
  }
  return matrix
}

/** For each list of weights, the sum of the vectors with these weights. */
async function combined(
  vectors: readonly Float64Array[],
  weights: readonly Float64Array[],
  spend: Spend,
): Promise<Float64Array[]> {
  const sums: Float64Array[] = []
  for (const list of weights) {
    const sum = new Float64Array(vectors[0]?.length ?? 0)
    for (const [index, vector] of vectors.entries()) addScaled(sum, list[index] ?? 0, vector)
    sums.push(sum)
    await spend(vectors.length * sum.length)
  }
  return sums
}
