import type { Spend } from './spender.ts'
import { addScaled, dot } from './vectors.ts'

/** Eigenvalues, largest first, and their eigenvectors of length 1. */
export interface EigenPairs {
  readonly values: readonly number[]
  readonly vectors: readonly Float64Array[]
}

/** QR steps that an eigenvalue may take; two are usual. */
const mostStepsEach = 60

/**
 * Every eigenpair of a symmetric matrix, to rounding: Householder reflections make it tridiagonal, implicit QR steps
 * with Wilkinson's shift diagonal (Golub and Van Loan, Matrix Computations, 8.3). Written here because it has to give
 * way to other work, which no library's does: the work grows with size^3.
 * @param symmetric size x size, row-major
 */
export async function symmetricEigenPairs(
  symmetric: Float64Array,
  size: number,
  spend: Spend,
): Promise<EigenPairs> {
  const { diagonal, beside, vectors } = await tridiagonal(symmetric, size, spend)
  const scale = diagonal.reduce(
    (most, one, row) => Math.max(most, Math.abs(one) + Math.abs(beside[row] ?? 0)),
    0,
  )
  let steps = 0
  // What stands beside the diagonal vanishes from the end on.
  for (let last = size - 1; last > 0; ) {
    let first = last
    while (first > 0 && !(Math.abs(beside[first - 1] ?? 0) <= Number.EPSILON * scale)) first -= 1
    if (first === last) {
      last -= 1
      continue
    }
    if (steps > mostStepsEach * size) throw new Error('The eigenvalues of this matrix cannot be found')
    stepTowardsDiagonal(diagonal, beside, vectors, first, last)
    steps += 1
    await spend(4 * size * (last - first))
  }
  const order = Array.from(diagonal, (_, place) => place).sort(
    (a, b) => (diagonal[b] ?? 0) - (diagonal[a] ?? 0) || a - b,
  )
  return {
    values: order.map((place) => diagonal[place] ?? 0),
    vectors: order.map((place) => vectors[place] ?? new Float64Array(size)),
  }
}

interface Tridiagonal {
  readonly diagonal: Float64Array
  /** Entry k stands between rows k and k + 1; one 0 at the end. */
  readonly beside: Float64Array
  /** Q^T by rows, where Q^T symmetric Q is the tridiagonal matrix. */
  readonly vectors: Float64Array[]
}

async function tridiagonal(symmetric: Float64Array, size: number, spend: Spend): Promise<Tridiagonal> {
  const rows = Array.from({ length: size }, (_, row) => symmetric.slice(row * size, (row + 1) * size))
  const row = (index: number) => rows[index] ?? new Float64Array(size)
  const beside = new Float64Array(size)
  const mirrors: (Float64Array | null)[] = []
  for (let place = 0; place < size - 1; place += 1) {
    const rest = row(place).slice(place + 1)
    const head = rest[0] ?? 0
    const isDone = rest.subarray(1).every((entry) => entry === 0)
    const length = Math.sqrt(dot(rest, rest)) * (head > 0 ? -1 : 1)
    beside[place] = isDone ? head : length
    mirrors.push(isDone ? null : mirrorOf(rest, length))
    const mirror = mirrors[place]
    if (!mirror) continue
    // (I - 2 v v^T) A (I - 2 v v^T) = A - v w^T - w v^T with w = 2 (A v - (v . A v) v)
    const below = Array.from({ length: size - place - 1 }, (_, index) =>
      row(place + 1 + index).subarray(place + 1),
    )
    const across = Float64Array.from(below, (one) => dot(one, mirror))
    addScaled(across, -dot(across, mirror), mirror)
    for (const [index, one] of below.entries()) {
      addScaled(one, -2 * (mirror[index] ?? 0), across)
      addScaled(one, -2 * (across[index] ?? 0), mirror)
    }
    await spend(3 * below.length ** 2)
  }
  const diagonal = Float64Array.from(rows, (one, index) => one[index] ?? 0)
  // From the last reflection to the first, so that each meets only the rows below it.
  const vectors = rows.map((_, index) => new Float64Array(size).fill(1, index, index + 1))
  for (let place = size - 2; place >= 0; place -= 1) {
    const mirror = mirrors[place]
    if (!mirror) continue
    for (const vector of vectors.slice(place + 1)) {
      const part = vector.subarray(place + 1)
      addScaled(part, -2 * dot(part, mirror), mirror)
    }
    await spend(2 * mirror.length ** 2)
  }
  return { diagonal, beside, vectors }
}

/** The direction of length 1 whose reflection turns `rest` into (length, 0, 0, ...). */
function mirrorOf(rest: Float64Array, length: number): Float64Array {
  const mirror = Float64Array.from(rest)
  mirror[0] = (rest[0] ?? 0) - length
  const norm = Math.sqrt(dot(mirror, mirror))
  return mirror.map((entry) => entry / norm)
}

/** One implicit QR step on rows `first`..`last` of a tridiagonal matrix; the vectors turn with it. */
function stepTowardsDiagonal(
  diagonal: Float64Array,
  beside: Float64Array,
  vectors: readonly Float64Array[],
  first: number,
  last: number,
): void {
  const end = diagonal[last] ?? 0
  const corner = beside[last - 1] ?? 0
  const half = ((diagonal[last - 1] ?? 0) - end) / 2
  const shift = end - corner ** 2 / (half + (half < 0 ? -1 : 1) * Math.hypot(half, corner))
  let wanted = (diagonal[first] ?? 0) - shift
  let bulge = beside[first] ?? 0
  for (let place = first; place < last; place += 1) {
    const length = Math.hypot(wanted, bulge)
    const cosine = length > 0 ? wanted / length : 1
    const sine = length > 0 ? bulge / length : 0
    if (place > first) beside[place - 1] = length
    const [upper, between, lower] = [diagonal[place] ?? 0, beside[place] ?? 0, diagonal[place + 1] ?? 0]
    const mixed = 2 * cosine * sine * between
    diagonal[place] = cosine ** 2 * upper + mixed + sine ** 2 * lower
    diagonal[place + 1] = sine ** 2 * upper - mixed + cosine ** 2 * lower
    wanted = cosine * sine * (lower - upper) + (cosine ** 2 - sine ** 2) * between
    beside[place] = wanted
    if (place < last - 1) {
      const next = beside[place + 1] ?? 0
      bulge = sine * next
      beside[place + 1] = cosine * next
    }
    turn(vectors[place], vectors[place + 1], cosine, sine)
  }
}

/** Rotates two vectors in the plane that they span. */
function turn(
  one: Float64Array = new Float64Array(0),
  other: Float64Array = new Float64Array(0),
  cosine: number,
  sine: number,
): void {
  for (let index = 0; index < one.length; index += 1) {
    const [a, b] = [one[index] ?? 0, other[index] ?? 0]
    one[index] = cosine * a + sine * b
    other[index] = cosine * b - sine * a
  }
}
