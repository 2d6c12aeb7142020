import { EigenvalueDecomposition, Matrix } from 'ml-matrix'

/** Eigenvalues, largest first, and their eigenvectors of length 1. */
export interface EigenPairs {
  readonly values: readonly number[]
  readonly vectors: readonly Float64Array[]
}

/** Every eigenpair of a symmetric matrix (size x size, row-major). Work grows with size^3. */
export function symmetricEigenPairs(symmetric: Float64Array, size: number): EigenPairs {
  const rows = Array.from({ length: size }, (_, row) => symmetric.subarray(row * size, (row + 1) * size))
  const solved = new EigenvalueDecomposition(new Matrix(rows), { assumeSymmetric: true })
  // The library's eigenvalues ascend.
  const order = Array.from({ length: size }, (_, place) => size - 1 - place)
  return {
    values: order.map((column) => solved.realEigenvalues[column] ?? 0),
    vectors: order.map((column) => Float64Array.from(solved.eigenvectorMatrix.getColumn(column))),
  }
}

/** Turns each vector so that its largest entry, by magnitude, is positive: eigenvectors have no sign of their own. */
export function withFixedSigns(vectors: readonly Float64Array[]): Float64Array[] {
  return vectors.map((vector) => {
    let largest = 0
    for (const entry of vector) if (Math.abs(entry) > Math.abs(largest)) largest = entry
    return largest < 0 ? vector.map((entry) => -entry) : Float64Array.from(vector)
  })
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0)
  return sum
}

/** target += factor x source */
export function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let index = 0; index < target.length; index += 1) {
    target[index] = (target[index] ?? 0) + factor * (source[index] ?? 0)
  }
}
