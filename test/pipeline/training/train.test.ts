import { describe, expect, it } from 'vitest'
import { splitValidation } from '../../../src/pipeline/training/split.ts'
import { type TrainingProgress, trainModel } from '../../../src/pipeline/training/train.ts'
import { constantEngine } from '../../support/constantEngine.ts'
import { never, prepared } from './prepared.ts'

describe('trainModel', () => {
  it('runs every step and reports a curve of at most 200 points', async () => {
    const engine = constantEngine()
    const progress: TrainingProgress[] = []
    const { model, complete, curve } = await trainModel({
      ...(await prepared(50, { steps: 1000 })),
      engine,
      signal: never,
      onProgress: (one) => progress.push(one),
    })
    expect([complete, model.state.step, engine.closed]).toEqual([true, 1000, 1])
    expect(curve).toHaveLength(200)
    // Steps 1 to 5 lose 1, 1/2, 1/3, 1/4 and 1/5.
    expect(curve[0]?.step).toBe(5)
    expect(curve[0]?.train).toBeCloseTo((1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5) / 5, 6)
    // Every gradient of this engine has length 1.
    expect(curve[0]?.gradientNorm).toBe(1)
    expect(progress.flatMap((one) => one.point ?? [])).toEqual(curve)
    expect(progress.at(-1)).toMatchObject({ step: 1000, steps: 1000 })
  })

  it('keeps what was reached when cancelled', async () => {
    const cancel = new AbortController()
    const { model, complete, curve } = await trainModel({
      ...(await prepared(50)),
      engine: constantEngine({ milliseconds: 1 }),
      signal: cancel.signal,
      onProgress: ({ step }) => step >= 10 && cancel.abort(),
    })
    expect(complete).toBe(false)
    expect(model.state.step).toBeGreaterThanOrEqual(10)
    expect(model.state.step).toBeLessThan(400)
    expect(curve.at(-1)?.step).toBeLessThanOrEqual(model.state.step)
  })

  it('lets calls in while it trains', async () => {
    let calls = 0
    const ticking = setInterval(() => calls++, 1)
    await trainModel({ ...(await prepared(50)), engine: constantEngine({ milliseconds: 1 }), signal: never })
    clearInterval(ticking)
    expect(calls).toBeGreaterThan(3)
  })

  it('has nothing to keep when cancelled before the first step', async () => {
    const training = trainModel({
      ...(await prepared(50)),
      engine: constantEngine(),
      signal: AbortSignal.abort(),
    })
    await expect(training).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('stops with a remedy when the loss is no longer a number', async () => {
    const engine = constantEngine({ loss: (step) => (step < 30 ? 1 : Number.NaN) })
    const training = trainModel({ ...(await prepared(50)), engine, signal: never })
    await expect(training).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringContaining('Lower the learning rate'),
    })
    expect(engine.closed).toBe(1)
  })

  it('draws the validation curve from rows it does not train on', async () => {
    const engine = constantEngine()
    const { curve } = await trainModel({
      ...(await prepared(600, { validationShare: 0.1 })),
      engine,
      signal: never,
    })
    expect(engine.opened[0]?.rows.rows).toBe(600)
    expect(engine.opened[0]?.drawFrom).toHaveLength(540)
    expect(curve.at(-1)?.validation).toBe(0.5)
  })
})

describe('splitValidation', () => {
  const matrix = { rows: 1000, columns: 2, values: Float32Array.from({ length: 2000 }, (_, place) => place) }

  it('parts the rows, each on one side, the same for the same seed', () => {
    const split = splitValidation({ matrix, share: 0.2, seed: 4 })
    const drawFrom = split.drawFrom ?? []
    expect([drawFrom.length, split.validation?.rows]).toEqual([800, 200])
    // Row r holds 2r and 2r + 1.
    const cells = [...drawFrom].flatMap((row) => [2 * row, 2 * row + 1])
    const all = [...cells, ...(split.validation?.values ?? [])]
    expect(all.toSorted((a, b) => a - b)).toEqual([...matrix.values])
    expect(splitValidation({ matrix, share: 0.2, seed: 4 })).toEqual(split)
    expect(splitValidation({ matrix, share: 0.2, seed: 5 })).not.toEqual(split)
  })

  it('takes no rows from a small table', () => {
    const small = { rows: 100, columns: 1, values: new Float32Array(100) }
    expect(splitValidation({ matrix: small, share: 0.2, seed: 4 })).toEqual({
      drawFrom: null,
      validation: null,
    })
  })
})
