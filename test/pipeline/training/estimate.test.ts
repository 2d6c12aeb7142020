import { describe, expect, it } from 'vitest'
import { autoFlavours } from '../../../src/contract/flavours.ts'
import type { Flavour, TrainingSettings } from '../../../src/contract/records.ts'
import { openEngine } from '../../../src/engine/engines.ts'
import type { Table } from '../../../src/pipeline/dataset/table.ts'
import { featureCount } from '../../../src/pipeline/features/encoder.ts'
import { fitEncoder } from '../../../src/pipeline/features/fit.ts'
import { planModel } from '../../../src/pipeline/model/plan.ts'
import { estimateTraining } from '../../../src/pipeline/training/estimate.ts'
import { arrayTable } from '../../support/arrayTable.ts'
import { constantEngine } from '../../support/constantEngine.ts'

const { signal } = new AbortController()
const table = arrayTable(
  Array.from({ length: 8 }, (_, column) => ({
    name: `column ${column}`,
    cells: Array.from({ length: 1000 }, (_, row) => Math.sin((row + 1) * (column + 1))),
  })),
  1000,
)
const encoder = await fitEncoder({ table, signal })

const estimate = (
  settings: Partial<TrainingSettings> = {},
  options: {
    engine?: Awaited<ReturnType<typeof openEngine>>
    table?: Table
    fitSeconds?: number
    signal?: AbortSignal
  } = {},
) => {
  const rows = options.table?.rows ?? table.rows
  const features = featureCount(encoder)
  return estimateTraining({
    engine: constantEngine({ milliseconds: 2 }),
    plan: planModel({ settings, rows, features, hasMissing: false, encoder }),
    table,
    encoder,
    fitSeconds: 0,
    rank: async (scores) => scores.toSorted(),
    signal,
    ...options,
  })
}

describe('the estimate of a training', () => {
  it('counts the steps and the rows', async () => {
    const few = await estimate({ steps: 100 })
    const many = await estimate({ steps: 10_000 })
    // Two milliseconds a step at least: a timer may be late, never early.
    expect(many.seconds - few.seconds).toBeGreaterThan(9900 * 0.0019)
    const large = await estimate({ steps: 100 }, { table: { ...table, rows: 1_000_000 } })
    expect(large.bytes - few.bytes).toBeGreaterThan(999_000 * 8 * 4)
    const slow = await estimate({ steps: 100 }, { fitSeconds: 7 })
    expect(slow.seconds - few.seconds).toBeCloseTo(7)
  })

  it('measures a network once and closes what it opened', async () => {
    const engine = constantEngine({ milliseconds: 1 })
    const first = await estimate({ hidden: [17] }, { engine })
    const again = await estimate({ hidden: [17], seed: 9, learningRate: 1e-3 }, { engine })
    expect(again).toEqual(first)
    expect(engine.opened.length).toBe(1)
    await estimate({ hidden: [19] }, { engine })
    expect(engine.opened.length).toBe(2)
    expect(engine.closed).toBe(engine.opened.length)
  })

  it('answers for every flavour', async () => {
    const engine = await openEngine('onnx')
    for (const kind of Object.keys(autoFlavours) as Flavour['kind'][]) {
      const context = { context: ['column 1'] }
      const flavour = kind === 'conditional' ? { ...autoFlavours[kind], ...context } : autoFlavours[kind]
      const { seconds, bytes } = await estimate({ flavour }, { engine })
      expect(seconds, kind).toBeGreaterThan(0)
      expect(seconds, kind).toBeLessThan(Number.POSITIVE_INFINITY)
      expect(bytes, kind).toBeGreaterThan(1000 * 8 * 4)
    }
  })

  it('answers for a loss that needs to know the ranges of the features', async () => {
    const engine = await openEngine('onnx')
    expect((await estimate({ loss: 'binary-cross-entropy' }, { engine })).seconds).toBeGreaterThan(0)
  })

  it('stops when it is cancelled, closes what it opened, and remembers nothing half measured', async () => {
    await expect(estimate({ hidden: [23] }, { signal: AbortSignal.abort() })).rejects.toThrow('abort')
    const controller = new AbortController()
    const cancel = () => {
      controller.abort()
      return 1
    }
    const engine = constantEngine({ loss: cancel })
    await expect(estimate({ hidden: [23] }, { engine, signal: controller.signal })).rejects.toThrow('abort')
    expect([engine.opened.length, engine.closed]).toEqual([1, 1])
    const whole = constantEngine()
    await estimate({ hidden: [23] }, { engine: whole })
    expect(whole.opened.length).toBe(1)
  })
})
