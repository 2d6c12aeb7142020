import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextPoint, onScreen, panBy, pointAt, viewOfAll, zoomAt } from '../../../renderer/charts/mapView.ts'

const number = fc.float({ min: -1000, max: 1000, noNaN: true })
const anyPoints = fc
  .array(fc.tuple(number, number), { minLength: 1, maxLength: 40 })
  .map((pairs) => ({ x: Float32Array.from(pairs, ([x]) => x), y: Float32Array.from(pairs, ([, y]) => y) }))
const size = { width: 640, height: 320 }

describe('a map of points', () => {
  it('shows every point at first, whatever the points are, with one scale for both axes', () => {
    fc.assert(
      fc.property(anyPoints, (points) => {
        const view = viewOfAll(points, size)
        points.x.forEach((x, index) => {
          const at = onScreen(view, x, points.y[index] ?? 0)
          expect(at.x).toBeGreaterThan(-0.5)
          expect(at.x).toBeLessThan(size.width + 0.5)
          expect(at.y).toBeGreaterThan(-0.5)
          expect(at.y).toBeLessThan(size.height + 0.5)
        })
      }),
    )
  })

  it('keeps the place under the pointer when zooming, and everything together when panning', () => {
    const pixel = fc.record({ x: fc.integer({ min: 0, max: 640 }), y: fc.integer({ min: 0, max: 320 }) })
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 10, noNaN: true }), pixel, (factor, at) => {
        const view = { scale: 2, left: 100, top: 50 }
        const place = { x: (at.x - view.left) / view.scale, y: (view.top - at.y) / view.scale }
        const zoomed = onScreen(zoomAt(view, factor, at), place.x, place.y)
        expect(zoomed.x).toBeCloseTo(at.x, 6)
        expect(zoomed.y).toBeCloseTo(at.y, 6)
        expect(onScreen(panBy(view, 3, 4), place.x, place.y)).toEqual({ x: at.x + 3, y: at.y + 4 })
      }),
    )
  })

  it('finds the point nearest to the pointer, within reach', () => {
    const points = { x: Float32Array.of(0, 10), y: Float32Array.of(0, 0) }
    const view = { scale: 1, left: 0, top: 0 }
    expect(pointAt(points, view, { x: 7, y: 1 }, 12)).toBe(1)
    expect(pointAt(points, view, { x: 4, y: 1 }, 12)).toBe(0)
    expect(pointAt(points, view, { x: 40, y: 0 }, 12)).toBe(null)
  })

  it('moves in the direction of the arrow to what lies there, and nowhere where nothing does', () => {
    const points = { x: Float32Array.of(0, 5, 1, -3), y: Float32Array.of(0, 1, 4, 0) }
    expect(nextPoint(points, 0, 'ArrowRight')).toBe(1)
    expect(nextPoint(points, 0, 'ArrowUp')).toBe(2)
    expect(nextPoint(points, 0, 'ArrowLeft')).toBe(3)
    expect(nextPoint(points, 0, 'ArrowDown')).toBe(null)
  })
})
