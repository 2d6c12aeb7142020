import { fillNormals, type Random } from '../random.ts'
import { addScaled, dot, type EigenPairs, symmetricEigenPairs } from './eigenvectors.ts'

/** Residuals below this share of the largest eigenvalue count as zero. */
const tolerance = 1e-6
const mostRounds = 300

/**
 * The leading eigenpairs of a symmetric positive semidefinite matrix that is known by its products only, to a residual
 * |A v - value v| of 1e-6 of the largest eigenvalue. Block Krylov subspace with Rayleigh-Ritz and thick restarts
 * (Wu and Simon, 2000; without preconditioner the same as Davidson's method).
 * @param multiply products of the matrix with each of the vectors
 * @param start vectors close to the eigenvectors, where some are known
 */
export async function leadingEigenPairs(input: {
  readonly size: number
  readonly count: number
  readonly multiply: (vectors: readonly Float64Array[]) => Promise<Float64Array[]>
  readonly random: Random
  readonly start?: readonly Float64Array[] | undefined
}): Promise<EigenPairs> {
  const { size, count, multiply, random } = input
  // A few more than asked for: the last ones of a block converge last.
  const width = Math.min(size, count + 4)
  const most = Math.min(size, 6 * width)
  let basis: Float64Array[] = []
  let images: Float64Array[] = []
  let ritz: EigenPairs = { values: [], vectors: [] }
  let block = orthonormal([...(input.start ?? []), ...normalVectors(width, size, random)].slice(0, width), [])
  for (let round = 0; round < mostRounds && block.length > 0; round += 1) {
    images.push(...(await multiply(block)))
    basis.push(...block)
    const { values, vectors } = symmetricEigenPairs(projected(basis, images), basis.length)
    const kept = Math.min(basis.length, 2 * width)
    const top = vectors.slice(0, kept)
    const ritzVectors = combined(basis, top)
    const ritzImages = combined(images, top)
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
    block = orthonormal(open, basis)
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
function orthonormal(vectors: readonly Float64Array[], known: readonly Float64Array[]): Float64Array[] {
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
  }
  return found
}

/** The matrix seen in the basis: its entries are basis_i . A basis_j. */
function projected(basis: readonly Float64Array[], images: readonly Float64Array[]): Float64Array {
  const size = basis.length
  const matrix = new Float64Array(size * size)
  for (const [row, vector] of basis.entries()) {
    for (let column = row; column < size; column += 1) {
      const entry = dot(vector, images[column] ?? vector)
      matrix[row * size + column] = entry
      matrix[column * size + row] = entry
    }
  }
  return matrix
}

/** For each list of weights, the sum of the vectors with these weights. */
function combined(vectors: readonly Float64Array[], weights: readonly Float64Array[]): Float64Array[] {
  return weights.map((list) => {
    const sum = new Float64Array(vectors[0]?.length ?? 0)
    for (const [index, vector] of vectors.entries()) addScaled(sum, list[index] ?? 0, vector)
    return sum
  })
}
