import { describe, expect, it } from 'vitest'
import { checkInput } from '../../../src/contract/checks.ts'
import type { TrainingSettings } from '../../../src/contract/records.ts'
import { settingRanges } from '../../../src/contract/settings.ts'
import { autoFor } from '../../../src/pipeline/model/auto.ts'
import { checkSettings } from '../../../src/pipeline/model/checkSettings.ts'
import { planModel } from '../../../src/pipeline/model/plan.ts'

const table = { rows: 5000, features: 30, hasMissing: false }
const planned = (settings: Partial<TrainingSettings>) => planModel({ ...table, settings })

describe('checkSettings', () => {
  it('takes settings that are left out or open', () => {
    checkSettings({})
    checkSettings({ code: null, copies: null, batchRows: null })
    checkSettings(autoFor('denoising'))
    expect(() => checkSettings({ hidden: [0] })).toThrow(expect.objectContaining({ code: 'bad-request' }))
  })

  it('agrees with the check at the boundary on every end of every range', () => {
    const taken = (check: () => unknown) => {
      try {
        check()
        return true
      } catch (thrown) {
        expect(thrown).toHaveProperty('code', 'bad-request')
        return false
      }
    }
    const cases = Object.entries(settingRanges).flatMap(([name, { from, to }]) =>
      [from, to, from - 1, to + 1, from + 1e-9, Number.NaN].map((value) => ({ [name]: value })),
    )
    const layers = [0, 1, 6, 7].map((count) => ({ hidden: new Array<number>(count).fill(4096) }))
    const corruptions = [-0.01, 0, 0.95, 0.96, 10, 10.1].flatMap((amount) => [
      { corruption: { kind: 'gaussian', sigma: amount } as const },
      { corruption: { kind: 'swap', rate: amount } as const },
    ])
    const all: Partial<TrainingSettings>[] = [...cases, ...layers, ...corruptions, { hidden: [4097] }]
    const answers = all.map((settings) => {
      const here = taken(() => checkSettings(settings))
      const there = taken(() => checkInput('startTraining', { datasetId: 'd', settings }))
      expect(there, JSON.stringify(settings)).toBe(here)
      return here
    })
    expect(new Set(answers)).toEqual(new Set([true, false]))
  })
})

describe('planModel', () => {
  it('refuses what does not fit into memory, and says what would', () => {
    const refused = (input: Partial<Parameters<typeof planModel>[0]>, words: string[]) => {
      const failure = { code: 'bad-request' }
      for (const word of words) {
        expect(() => planModel({ ...table, ...input })).toThrow(
          expect.objectContaining({ ...failure, message: expect.stringContaining(word) }),
        )
      }
    }
    refused({ rows: 3_000_000, features: 1555 }, ['3,000,000 rows', '1,555 features', 'at most 321,543 rows'])
    refused({ settings: { hidden: [4096, 4096], copies: 32 } }, ['weights', 'fewer copies'])
    refused({ rows: 1e6, features: 400, settings: { batchRows: 65_536, copies: 8 } }, ['fewer rows per step'])
    planModel({ rows: 1_000_000, features: 400, hasMissing: false })
    planModel({ rows: 1_000, features: 20_000, hasMissing: false })
  })

  it('resolves what Auto leaves open, by the number of features', () => {
    const { settings, spec } = planModel(table)
    expect([settings.code, settings.copies, settings.batchRows]).toEqual([8, 4, 256])
    expect(spec.layers).toEqual([64, 8, 64])
    expect(spec.initialScales).toEqual([1, 1.96, 1.96, 0.01])
    expect(spec.inputDivisor).toBeCloseTo(Math.sqrt(10), 12)
    expect(spec.schedule).toMatchObject({ steps: 400, peakLearningRate: 0.003, warmUpShare: 0.1 })
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
    expect(settings.learningRate).toBe(autoFor('denoising').learningRate)
  })

  it('does not shrink the input for noise that does not widen it', () => {
    expect(planned({ corruption: { kind: 'masking', rate: 0.3 } }).spec.inputDivisor).toBe(1)
  })

  it.each<[string, Partial<TrainingSettings>]>([
    ['steps', { steps: 0 }],
    ['steps', { steps: 1.5 }],
    ['learningRate', { learningRate: Number.NaN }],
    ['keepShare', { keepShare: 1.2 }],
    ['hidden', { hidden: [64, 0] }],
    ['copies', { copies: 1000 }],
    ['noise sigma', { corruption: { kind: 'gaussian', sigma: -1 } }],
    ['hidden', { hidden: [1, 1, 1, 1, 1, 1, 1] }],
    ['masking rate', { corruption: { kind: 'masking', rate: 1 } }],
  ])('refuses %s out of range: %j', (name, settings) => {
    expect(() => planned(settings)).toThrow(
      expect.objectContaining({ code: 'bad-request', message: expect.stringContaining(`"${name}"`) }),
    )
  })
})
