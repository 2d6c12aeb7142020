import { describe, expect, it } from 'vitest'
import { symmetricEigenPairs } from '../../../src/engine/principalComponents/eigenvectors.ts'
import { dot } from '../../../src/engine/principalComponents/vectors.ts'
import { fillNormals, seededRandom } from '../../../src/engine/random.ts'

/** B^T B of normal numbers: of rank at most `rank`. */
function gram(size: number, rank: number, seed: number): Float64Array {
  const normals = new Float32Array(size * rank)
  fillNormals(normals, seededRandom(seed, 'gram'), 1)
  const column = (index: number) => Float64Array.from(normals.subarray(index * rank, (index + 1) * rank))
  return Float64Array.from({ length: size * size }, (_, cell) =>
    dot(column(Math.floor(cell / size)), column(cell % size)),
  )
}

async function check(matrix: Float64Array, size: number, message: string) {
  const { values, vectors } = await symmetricEigenPairs(matrix, size, () => undefined)
  const scale = Math.max(...values.map(Math.abs), Number.MIN_VALUE)
  for (const [place, vector] of vectors.entries()) {
    for (let row = 0; row < size; row += 1) {
      const image = dot(matrix.slice(row * size, (row + 1) * size), vector)
      const off = Math.abs(image - (values[place] ?? 0) * (vector[row] ?? 0)) / scale
      expect(off, message).toBeLessThan(1e-13 * size)
    }
    for (const [other, second] of vectors.entries())
      expect(Math.abs(dot(vector, second) - (place === other ? 1 : 0)), message).toBeLessThan(1e-13 * size)
    expect(values[place]).toBeLessThanOrEqual(values[place - 1] ?? Number.POSITIVE_INFINITY)
  }
}

describe('eigenpairs of a symmetric matrix', () => {
  const seed = Math.floor(Math.random() * 1e6)

  it.each([
    [1, 1],
    [2, 2],
    [3, 1],
    [17, 17],
    [30, 4],
    [40, 60],
  ])('of size %i and rank %i have residuals and angles of rounding', async (size, rank) => {
    await check(gram(size, rank, seed), size, `seed ${seed}`)
  })

  it('of a diagonal, an empty and a flat matrix, and of one with values far apart, are found too', async () => {
    await check(Float64Array.of(1, 0, 0, 0, 3, 0, 0, 0, -2), 3, 'diagonal')
    await check(new Float64Array(16), 4, 'empty')
    await check(new Float64Array(25).fill(2), 5, 'flat')
    const graded = gram(6, 6, seed)
    const weights = [1, 1e-3, 1e3, 1e-6, 1, 1e5]
    await check(
      graded.map((entry, cell) => entry * (weights[Math.floor(cell / 6)] ?? 1) * (weights[cell % 6] ?? 1)),
      6,
      `graded, seed ${seed}`,
    )
  })

  it('gives way again and again, and ends when that throws', async () => {
    let turns = 0
    const size = 90
    const matrix = gram(size, size, seed)
    await symmetricEigenPairs(matrix, size, () => {
      turns += 1
      return undefined
    })
    expect(turns).toBeGreaterThan(2 * size)
    await expect(
      symmetricEigenPairs(matrix, size, () => Promise.reject(new Error('cancelled'))),
    ).rejects.toThrow('cancelled')
  })
})
