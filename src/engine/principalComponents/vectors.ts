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
