import { describe, expect, it } from 'vitest'
import { formatTick, logTicks } from '../../../renderer/charts/scoreTicks.ts'

describe('ticks of a logarithmic score axis', () => {
  it('are 1, 2 and 5 over a few decades', () => {
    const labels = logTicks({ scale: 'log', from: 0.3, to: 30 }).map((tick) => tick.label)
    expect(labels).toEqual(['0.5', '1', '2', '5', '10', '20'])
  })

  it('are decades over many', () => {
    const labels = logTicks({ scale: 'log', from: 0.01, to: 1e5 }).map((tick) => tick.label)
    expect(labels).toEqual(['0.01', '0.1', '1', '10', '100', '1,000', '10,000', '100,000'])
  })

  it('read as round numbers', () => expect(formatTick(0.30000000000000004)).toBe('0.3'))
})
