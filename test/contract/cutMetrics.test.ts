import { describe, expect, it } from 'vitest'
import { cutMetrics } from '../../src/contract/cutMetrics.ts'

describe('metrics of a threshold', () => {
  it('are as counted by hand', () => {
    expect(cutMetrics({ hits: 3, flagged: 4, anomalies: 6, rows: 16 })).toEqual({
      precision: 3 / 4,
      recall: 3 / 6,
      f1: 6 / 10,
      falsePositiveRate: 1 / 10,
    })
  })

  it('are null where no label gives them a meaning, but a precision without flags is 0', () => {
    expect(cutMetrics({ hits: 0, flagged: 0, anomalies: 0, rows: 5 })).toEqual({
      precision: 0,
      recall: null,
      f1: null,
      falsePositiveRate: 0,
    })
    expect(cutMetrics({ hits: 2, flagged: 2, anomalies: 2, rows: 2 }).falsePositiveRate).toBeNull()
    expect(cutMetrics({ hits: 0, flagged: 0, anomalies: 0, rows: 0 }).precision).toBeNull()
  })
})
