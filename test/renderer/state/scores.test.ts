import { describe, expect, it } from 'vitest'
import { labelTotals, metricsAtCount, nextAbove } from '../../../renderer/state/scores.ts'

describe('nextAbove', () => {
  it('is the smallest larger float', () => {
    expect(nextAbove(0)).toBe(Math.fround(1.401298464324817e-45))
    expect(nextAbove(1)).toBe(1 + 2 ** -23)
  })
})

describe('metrics against labels', () => {
  const totals = labelTotals(Uint8Array.from([1, 0, 255, 1, 0, 1]))

  it('counts by hand: three flagged rows, of them one anomaly, one normal, one unknown', () => {
    expect(metricsAtCount(totals, 3)).toEqual({
      precision: 1 / 2,
      recall: 1 / 3,
      f1: 2 / 5,
      falsePositiveRate: 1 / 2,
    })
  })

  it('has a precision of 0 when nothing is flagged, as the core says, and no recall when nothing is an anomaly', () => {
    expect(metricsAtCount(totals, 0)).toEqual({ precision: 0, recall: 0, f1: 0, falsePositiveRate: 0 })
    expect(metricsAtCount(labelTotals(Uint8Array.from([0, 0])), 1)).toEqual({
      precision: 0,
      recall: null,
      f1: 0,
      falsePositiveRate: 1 / 2,
    })
  })

  it('says nothing where no label is known', () => {
    expect(metricsAtCount(labelTotals(Uint8Array.from([255, 255])), 2)).toEqual({
      precision: null,
      recall: null,
      f1: null,
      falsePositiveRate: null,
    })
  })
})
