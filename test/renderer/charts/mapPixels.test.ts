import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { paintPoints } from '../../../renderer/charts/mapPixels.ts'

const [width, height] = [7, 5]
const view = { scale: 1, left: 0, top: height }
const [blue, red] = [0xff_c6_84_0a, 0xff_16_32_b8]

/** The picture as lines of text, a letter for each colour. */
function painted(at: readonly (readonly [number, number, number])[], side: number): string[] {
  const pixels = new Uint32Array(width * height)
  paintPoints(
    { pixels, width, height },
    {
      points: { x: Float32Array.from(at, ([x]) => x), y: Float32Array.from(at, ([, y]) => y) },
      classes: Uint8Array.from(at, ([, , one]) => one),
      colours: Uint32Array.of(blue, red),
      view,
      side,
    },
  )
  const letter = (pixel: number) => (pixel === blue ? 'b' : pixel === red ? 'r' : '.')
  return Array.from({ length: height }, (_, row) =>
    Array.from(pixels.subarray(row * width, (row + 1) * width), letter).join(''),
  )
}

describe('points as pixels', () => {
  it('paints a square around each point, y upwards', () => {
    expect(painted([[2, 1, 0]], 2)).toEqual(['.......', '.......', '.......', '.bb....', '.bb....'])
  })

  it('paints later classes over earlier ones, in whatever order the points come', () => {
    const both: [number, number, number][] = [
      [4, 3, 1],
      [3, 3, 0],
    ]
    expect(painted(both, 2)).toEqual(['.......', '..brr..', '..brr..', '.......', '.......'])
    expect(painted(both.toReversed(), 2)).toEqual(painted(both, 2))
  })

  it('cuts squares off at each edge rather than wrapping them round, and leaves far points out', () => {
    expect(painted([[0, 5, 0]], 2)).toEqual(['b......', '.......', '.......', '.......', '.......'])
    expect(painted([[7, 0, 0]], 2)).toEqual(['.......', '.......', '.......', '.......', '......b'])
    const place = fc.float({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(place, place, fc.integer({ min: 1, max: 4 }), (x, y, side) => {
        const seen =
          painted([[x, y, 1]], side)
            .join('')
            .split('r').length - 1
        const cells = (from: number, end: number) =>
          Math.max(0, Math.min(end, from + side) - Math.max(0, from))
        const left = Math.round(x - side / 2)
        const top = Math.round(height - y - side / 2)
        expect(seen).toBe(cells(left, width) * cells(top, height))
      }),
    )
  })
})
