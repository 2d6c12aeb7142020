import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatCell,
  formatInstant,
  formatNumber,
  formatSeconds,
  formatShare,
  plural,
} from '../../renderer/format.ts'

describe('numbers as shown', () => {
  it.each([
    [0.1 + 0.2, '0.3'],
    [1234567, '1234567'],
    [-1.23456789, '-1.23457'],
    [0.00001234, '1.234e-5'],
    [1e15, '1e+15'],
    [0, '0'],
    [Number.NaN, 'not a number'],
    [Number.NEGATIVE_INFINITY, '−∞'],
  ])('%s as %s', (value, text) => expect(formatNumber(value)).toBe(text))

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [999_950, '1 MB'],
    [1_234_567, '1.23 MB'],
  ])('%s bytes as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

  it.each([
    [0.4, 'under a second'],
    [12.4, '12 s'],
    [100, '2 min'],
    [7200, '2 h'],
  ])('%s seconds as %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text))

  it('shows a tiny share as tiny, not as none', () => {
    expect([0, 0.0001, 0.1234].map(formatShare)).toEqual(['0\u00a0%', '<\u00a00.1\u00a0%', '12.3\u00a0%'])
  })

  it('keeps texts, tells missing from empty', () => {
    expect([formatCell(''), formatCell('007'), formatCell(null), formatCell(7)]).toEqual([
      '',
      '007',
      null,
      '7',
    ])
  })

  it('leaves off midnight and zero seconds', () => {
    expect(formatInstant(Date.UTC(2026, 0, 2))).toBe('2026-01-02')
    expect(formatInstant(Date.UTC(2026, 0, 2, 13, 5))).toBe('2026-01-02 13:05')
    expect(formatInstant(Date.UTC(2026, 0, 2, 13, 5, 9))).toBe('2026-01-02 13:05:09')
    expect(formatInstant(Date.UTC(2026, 0, 2, 13, 5, 0, 250))).toBe('2026-01-02 13:05:00.250')
  })

  it('shows a moment of the core shorter, and any other text as it is', () => {
    expect(formatCell('2025-03-06T00:50:00.000Z')).toBe('2025-03-06 00:50')
    expect(formatCell('2025-03-06T00:50')).toBe('2025-03-06T00:50')
  })

  it('counts in words', () => {
    expect([plural(1, 'row'), plural(1234, 'row')]).toEqual(['1 row', '1,234 rows'])
  })
})
