import type { Codes } from './codes.ts'

/** A row beside its distance, in standard deviations of the codes. */
export interface Near {
  readonly row: number
  readonly distance: number
}

/** Finds the rows whose codes lie nearest to a code. */
export interface NeighbourSearch {
  /** At most `count` rows, nearest first, of equal distance the earlier row; without the row `except`. */
  nearest(code: Float32Array, count: number, except: number): Near[]
}

/**
 * Exact search: every row is looked at. Each code node counts in units of its own standard deviation; nodes that never
 * vary do not count.
 */
export function neighbourSearch({ rows, matrix }: Codes): NeighbourSearch {
  const { columns: width, values } = matrix
  const scales = nodeScales(values, width)
  // Scaled once: a search then is one pass of multiplications.
  const scaled = new Float32Array(values.length)
  for (let index = 0; index < values.length; index += 1) {
    scaled[index] = (values[index] ?? 0) * (scales[index % width] ?? 0)
  }
  return {
    nearest(code, count, except) {
      const target = Float32Array.from(scales, (scale, node) => scale * (code[node] ?? 0))
      // Ascending by distance; `limit` is the last of a full list, and most rows end there.
      const places: number[] = []
      const distances: number[] = []
      let limit = Number.POSITIVE_INFINITY
      for (let place = 0; place < rows.length; place += 1) {
        const offset = place * width
        let sum = 0
        for (let node = 0; node < width; node += 1) {
          const difference = (scaled[offset + node] ?? 0) - (target[node] ?? 0)
          sum += difference * difference
        }
        if (sum >= limit || rows[place] === except) continue
        let at = distances.length
        while (at > 0 && (distances[at - 1] ?? 0) > sum) at -= 1
        distances.splice(at, 0, sum)
        places.splice(at, 0, place)
        if (distances.length > count) {
          distances.pop()
          places.pop()
        }
        if (distances.length === count) limit = distances[count - 1] ?? limit
      }
      return places.map((place, index) => ({
        row: rows[place] ?? 0,
        distance: Math.sqrt(distances[index] ?? 0),
      }))
    },
  }
}

/** One over each node's standard deviation; 0 for a node that does not vary. */
function nodeScales(values: Float32Array, width: number): Float64Array {
  const count = values.length / width
  const means = new Float64Array(width)
  for (let index = 0; index < values.length; index += 1) {
    const node = index % width
    means[node] = (means[node] ?? 0) + (values[index] ?? 0) / count
  }
  const squares = new Float64Array(width)
  for (let index = 0; index < values.length; index += 1) {
    const node = index % width
    squares[node] = (squares[node] ?? 0) + ((values[index] ?? 0) - (means[node] ?? 0)) ** 2 / count
  }
  // A spread that is only rounding is none.
  return squares.map((square, node) =>
    square > (1e-6 * (means[node] ?? 0)) ** 2 && square > 0 ? 1 / Math.sqrt(square) : 0,
  )
}
