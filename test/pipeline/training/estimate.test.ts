import { describe, expect, it } from 'vitest'
import type { TrainingSettings } from '../../../src/contract/records.ts'
import { openEngine } from '../../../src/engine/engines.ts'
import { planModel } from '../../../src/pipeline/model/plan.ts'
import { estimateTraining } from '../../../src/pipeline/training/estimate.ts'
import { constantEngine } from '../../support/constantEngine.ts'

const { signal } = new AbortController()
const estimate = async (
  rows: number,
  settings: Partial<TrainingSettings> = {},
  engine = constantEngine({ milliseconds: 2 }),
) =>
  estimateTraining({
    engine,
    plan: planModel({ settings, rows, features: 8, hasMissing: false }),
    rows,
    signal,
  })

describe('the estimate of a training', () => {
  it('counts the steps and the rows', async () => {
    const few = await estimate(1000, { steps: 100 })
    const many = await estimate(1000, { steps: 10_000 })
    // Two milliseconds a step at least: a timer may be late, never early.
    expect(many.seconds - few.seconds).toBeGreaterThan(9900 * 0.0019)
    const large = await estimate(1_000_000, { steps: 100 })
    expect(large.bytes - few.bytes).toBeGreaterThan(999_000 * 8 * 4)
    expect(large.seconds).toBeGreaterThan(few.seconds)
  })

  it('measures a network once and closes what it opened', async () => {
    const engine = constantEngine({ milliseconds: 1 })
    await estimate(5000, { hidden: [17] }, engine)
    await estimate(5000, { hidden: [17], steps: 900, seed: 9 }, engine)
    expect(engine.opened.length).toBe(1)
    expect(engine.closed).toBe(1)
    await estimate(5000, { hidden: [19] }, engine)
    expect(engine.opened.length).toBe(2)
  })

  it('serves principal components and pretraining too', async () => {
    const engine = await openEngine('onnx')
    for (const flavour of [{ kind: 'pca' }, { kind: 'stacked', pretrainingShare: 0.5 }] as const) {
      const plan = planModel({ settings: { flavour }, rows: 3000, features: 8, hasMissing: false })
      const { seconds, bytes } = await estimateTraining({ engine, plan, rows: 3000, signal })
      expect(seconds).toBeGreaterThan(0)
      expect(bytes).toBeGreaterThan(3000 * 8 * 4)
    }
  })

  it('stops when it is cancelled', async () => {
    const plan = planModel({ settings: { hidden: [23] }, rows: 3000, features: 8, hasMissing: false })
    const input = { engine: constantEngine(), plan, rows: 3000, signal: AbortSignal.abort() }
    await expect(estimateTraining(input)).rejects.toThrow('abort')
  })
})
