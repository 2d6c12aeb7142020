import type { LatentMap } from '../../../src/contract/records.ts'

/** The rows at the left and right end of a map, and at its bottom and top. */
export function outermostRows({ rows, x, y }: LatentMap): [[number, number], [number, number]] {
  return [ends(x), ends(y)]

  function ends(values: Float32Array): [number, number] {
    let [lowest, highest] = [0, 0]
    values.forEach((value, index) => {
      if (value < (values[lowest] ?? 0)) lowest = index
      if (value > (values[highest] ?? 0)) highest = index
    })
    return [rows[lowest] ?? 0, rows[highest] ?? 0]
  }
}

/** How far each number of a code may be turned: a little beyond what the given codes reach. */
export function codeRanges(codes: readonly (readonly number[])[]): [number, number][] {
  const [first] = codes
  return (first ?? []).map((_, node) => {
    const values = codes.map((code) => code[node] ?? 0)
    const [least, most] = [Math.min(...values), Math.max(...values)]
    const room = Math.max(0.25 * (most - least), 0.5)
    return [least - room, most + room]
  })
}
