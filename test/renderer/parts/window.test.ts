import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  columnEdges,
  columnsBetween,
  firstInView,
  rowAfterKey,
  scrollToSee,
  windowOf,
} from '../../../renderer/parts/window.ts'

const list = fc.record({
  count: fc.integer({ min: 1, max: 5_000_000 }),
  itemSize: fc.constantFrom(28, 38),
  viewport: fc.integer({ min: 100, max: 1000 }),
})

describe('window of a long list', () => {
  it('holds a row that was scrolled to, inside an element no browser cuts off', () => {
    fc.assert(
      fc.property(list, fc.double({ min: 0, max: 1, noNaN: true }), (fields, share) => {
        const index = Math.floor(share * (fields.count - 1))
        const scroll = scrollToSee({ ...fields, scroll: 0 }, index)
        const { first, last, height, offset } = windowOf({ ...fields, scroll })
        expect(first).toBeLessThanOrEqual(index)
        expect(last).toBeGreaterThan(index)
        expect(height).toBeLessThanOrEqual(30_000_000)
        // Drawn where the viewport looks, to within a pixel.
        const top = offset + (index - first) * fields.itemSize
        expect(top).toBeGreaterThanOrEqual(scroll - 1)
        expect(top + fields.itemSize).toBeLessThanOrEqual(scroll + fields.viewport + 1)
      }),
    )
  })

  it('draws what is in view and six rows around it', () => {
    expect(windowOf({ count: 100, itemSize: 10, viewport: 50, scroll: 200 })).toEqual({
      first: 14,
      last: 31,
      offset: 140,
      height: 1000,
    })
  })

  it('finds the first row in view also where the scroll bar is scaled', () => {
    fc.assert(
      fc.property(list, fc.double({ min: 0, max: 1, noNaN: true }), (fields, share) => {
        const scroll = Math.floor(
          share * Math.max(0, windowOf({ ...fields, scroll: 0 }).height - fields.viewport),
        )
        const { first, last, offset } = windowOf({ ...fields, scroll })
        const index = firstInView({ ...fields, scroll })
        expect(index).toBeGreaterThanOrEqual(first)
        expect(index).toBeLessThan(last)
        if (index < fields.count - 1) {
          expect(offset + (index - first) * fields.itemSize).toBeGreaterThanOrEqual(scroll - 1)
        }
      }),
    )
  })

  it('does not move for a row that is in view', () => {
    expect(scrollToSee({ count: 100, itemSize: 10, viewport: 50, scroll: 200 }, 22)).toBe(200)
  })
})

describe('columns in view', () => {
  it('are those that touch the span', () => {
    const widths = fc.array(fc.integer({ min: 10, max: 300 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(widths, fc.integer({ min: -50, max: 5000 }), (all, from) => {
        const edges = columnEdges(all)
        const to = from + 400
        const { first, last } = columnsBetween(edges, from, to)
        all.forEach((_, index) => {
          const inside = (edges[index + 1] ?? 0) > from && (edges[index] ?? 0) <= to
          expect(index >= first && index < last).toBe(inside)
        })
      }),
    )
  })
})

describe('keys of a table', () => {
  it.each([
    ['ArrowDown', 6],
    ['ArrowUp', 4],
    ['PageDown', 9],
    ['PageUp', 0],
    ['Home', 0],
    ['End', 9],
    ['a', null],
    ['toString', null],
  ])('%s leads from row 5 to %s', (key, target) => {
    expect(rowAfterKey(key, { now: 5, page: 20, last: 9 })).toBe(target)
  })
})
