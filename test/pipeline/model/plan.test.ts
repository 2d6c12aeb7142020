import { describe, expect, it } from 'vitest'
import type { TrainingSettings } from '../../../src/contract/records.ts'
import { autoSettings, planModel } from '../../../src/pipeline/model/plan.ts'

const table = { rows: 5000, features: 30, hasMissing: false }
const planned = (settings: Partial<TrainingSettings>) => planModel({ ...table, settings })

describe('planModel', () => {
  it('resolves what Auto leaves open, by the number of features', () => {
    const { settings, spec } = planModel(table)
    expect([settings.code, settings.copies, settings.batchRows]).toEqual([8, 4, 256])
    expect(spec.layers).toEqual([64, 8, 64])
    expect(spec.initialScales).toEqual([1, 1.96, 1.96, 0.01])
    expect(spec.inputDivisor).toBeCloseTo(Math.sqrt(10), 12)
    expect(spec.schedule).toEqual({ steps: 400, peakLearningRate: 0.003, warmUpShare: 0.1 })
    expect(spec.trim).toEqual({ keepShare: 0.65, warmUpShare: 0.1 })
  })

  it('keeps the code between 2 and 8 nodes', () => {
    expect([3, 6, 14, 100].map((features) => planModel({ ...table, features }).settings.code)).toEqual([
      2, 2, 4, 8,
    ])
  })

  it('takes fewer copies and smaller batches above 200 features, and no more rows than there are', () => {
    const resolved = (features: number, rows: number) => {
      const { settings } = planModel({ features, rows, hasMissing: false })
      return [settings.copies, settings.batchRows]
    }
    expect(resolved(200, 5000)).toEqual([4, 256])
    expect(resolved(201, 5000)).toEqual([2, 128])
    expect(resolved(200, 100)).toEqual([4, 100])
    expect(resolved(201, 100)).toEqual([2, 100])
  })

  it('counts weights and biases of all copies', () => {
    // 30-64-8-64-30: 31*64 + 65*8 + 9*64 + 65*30, four times.
    expect(planModel(table).trainableParameters).toBe(4 * (1984 + 520 + 576 + 1950))
  })

  it('mirrors the hidden layers and takes what the person chose', () => {
    const { spec, settings } = planned({ hidden: [32, 16], code: 3, copies: 1, seed: 7, steps: 50 })
    expect(spec.layers).toEqual([32, 16, 3, 16, 32])
    expect(spec.initialScales).toEqual([1, 1.96, 1.96, 1.96, 1.96, 0.01])
    expect([spec.seed, spec.copies, spec.schedule.steps]).toEqual([7, 1, 50])
    expect(settings.learningRate).toBe(autoSettings.learningRate)
  })

  it('does not shrink the input for noise that does not widen it', () => {
    expect(planned({ corruption: { kind: 'masking', rate: 0.3 } }).spec.inputDivisor).toBe(1)
  })

  it.each<[string, Partial<TrainingSettings>]>([
    ['steps', { steps: 0 }],
    ['steps', { steps: 1.5 }],
    ['learningRate', { learningRate: Number.NaN }],
    ['keepShare', { keepShare: 1.2 }],
    ['hidden', { hidden: [] }],
    ['hidden', { hidden: [64, 0] }],
    ['copies', { copies: 1000 }],
    ['noise sigma', { corruption: { kind: 'gaussian', sigma: -1 } }],
    ['masking rate', { corruption: { kind: 'masking', rate: 1 } }],
  ])('refuses %s out of range: %j', (name, settings) => {
    expect(() => planned(settings)).toThrow(
      expect.objectContaining({ code: 'bad-request', message: expect.stringContaining(`"${name}"`) }),
    )
  })
})
