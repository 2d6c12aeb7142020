import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { denseLayout, initialWeights } from '../../src/engine/program/layout.ts'
import { adamNumbers, flatGradient, learningRate } from '../../src/engine/program/optimiser.ts'
import { phaseAt, phasesOf } from '../../src/engine/program/phases.ts'
import { createProgram, rowsKept } from '../../src/engine/program.ts'
import { eagerly } from './eagerly.ts'
import { exampleRows, exampleSpec, relativeError } from './examples.ts'

const schedule = exampleSpec().schedule

describe('the learning rate', () => {
  it('falls in a line, or not at all, after its rise', () => {
    const linear = { ...schedule, steps: 100, peakLearningRate: 2, shape: 'linear' } as const
    expect([0, 4, 9, 50, 100].map((step) => learningRate(linear, step))).toEqual([
      2 * 0.1,
      2 * 0.5 * 0.96,
      2 * 0.91,
      1,
      0,
    ])
    const constant = { ...linear, shape: 'constant' } as const
    expect([0, 9, 50, 100].map((step) => learningRate(constant, step))).toEqual([0.2, 2, 2, 2])
  })
})

describe('the gradient', () => {
  const parts = [
    [
      [[3], [0]],
      [[0.1], [0]],
    ],
    [[[4]], [[0.2]]],
  ]
  const spec = exampleSpec({ copies: 2 })
  const flat = (gradientLimit: number | null, part: 'gradient' | 'norm') =>
    eagerly(
      () =>
        flatGradient(
          { ...spec, optimiser: { ...spec.optimiser, gradientLimit } },
          parts.map((each) => tf.tensor3d(each)),
        )[part],
    )

  it('has as its length the root mean square over copies, before the limit', () => {
    const expected = Math.sqrt((9 + 16 + 0.01 + 0.04) / 2)
    expect(flat(null, 'norm')[0]).toBeCloseTo(expected, 6)
    expect(flat(1, 'norm')[0]).toBeCloseTo(expected, 6)
  })

  it('is shortened to the limit in each copy that is longer, and in no other', () => {
    expect(relativeError(flat(1, 'gradient'), [0.6, 0, 0.1, 0, 0.8, 0.2])).toBeLessThan(1e-6)
    expect(flat(null, 'gradient')).toEqual([3, 0, 0.1, 0, 4, 0.2].map(Math.fround))
  })
})

describe('phases', () => {
  it('share the pretraining equally among the encoder’s layers', () => {
    const spec = exampleSpec({
      layers: [8, 5, 3, 5, 8],
      schedule: { ...schedule, steps: 100, pretrainingSteps: 31 },
    })
    expect(phasesOf(spec).map(({ title, fromStep, toStep }) => [title, fromStep, toStep])).toEqual([
      ['Pretraining layer 1', 0, 10],
      ['Pretraining layer 2', 10, 20],
      ['Pretraining layer 3', 20, 31],
      ['Training all layers', 31, 100],
    ])
    expect([9, 10, 30, 31, 100].map((step) => phaseAt(spec, step).fromStep)).toEqual([0, 10, 20, 31, 31])
  })

  it('are one without pretraining, and never empty', () => {
    expect(phasesOf(exampleSpec()).map(({ title }) => title)).toEqual(['Training'])
    const short = exampleSpec({ schedule: { ...schedule, steps: 1, pretrainingSteps: 1 } })
    expect(phasesOf(short).every(({ fromStep, toStep }) => toStep > fromStep)).toBe(true)
  })

  it('start learning rate, moments and trimming anew', () => {
    const spec = exampleSpec({
      layers: [6, 3, 6],
      schedule: { ...schedule, steps: 40, pretrainingSteps: 20, warmUpShare: 0.5 },
      trim: { keepShare: 0.5, warmUpShare: 0.2 },
    })
    for (const from of [10, 20]) expect(adamNumbers(spec, from).epsilon).toBe(adamNumbers(spec, 0).epsilon)
    expect(adamNumbers(spec, 10)).toEqual(adamNumbers(spec, 0))
    expect([0, 1, 2, 9, 10, 11, 12, 20, 23, 24].map((step) => rowsKept(spec, step, 10))).toEqual([
      10, 10, 5, 5, 10, 10, 5, 10, 10, 5,
    ])
  })

  it('train a layer and its mirror only, then all', async () => {
    const spec = exampleSpec({
      layers: [6, 3, 6],
      copies: 1,
      schedule: { ...schedule, steps: 30, pretrainingSteps: 20 },
    })
    const layout = denseLayout(spec)
    const session = await createOnnxEngine().open(spec, exampleRows(40, spec.features))
    let before = initialWeights(layout, spec.seed)
    const changed: string[][] = []
    for (const _ of phasesOf(spec)) {
      await session.train(10)
      const { weights } = session.state()
      let offset = 0
      const names: string[] = []
      for (const { name, size } of layout.parameters) {
        const moved = weights
          .subarray(offset, offset + size)
          .some((value, at) => value !== before[offset + at])
        if (moved) names.push(name)
        offset += size
      }
      changed.push(names)
      before = weights
    }
    await session.close()
    const all = layout.parameters.map(({ name }) => name)
    expect(changed).toEqual([
      ['weights 0', 'biases 0', 'weights 3', 'biases 3'],
      ['weights 1', 'biases 1', 'weights 2', 'biases 2'],
      all,
    ])
  })

  it('cannot pretrain without a mirror', () => {
    const spec = exampleSpec({ layers: [6, 3, 5], schedule: { ...schedule, pretrainingSteps: 10 } })
    expect(() => createProgram(spec, exampleRows(5, 6), undefined, phasesOf(spec)[0])).toThrow(/mirror/)
  })

  it('learn: pretraining lowers the loss of its own layer', async () => {
    const spec = exampleSpec({
      layers: [8, 3, 8],
      corruption: { kind: 'none' },
      schedule: { ...schedule, steps: 600, pretrainingSteps: 400, peakLearningRate: 0.02 },
    })
    const session = await createOnnxEngine().open(spec, exampleRows(100, spec.features))
    const { losses } = await session.train(600)
    await session.close()
    const around = (from: number) => losses.slice(from, from + 10).reduce((sum, each) => sum + each, 0)
    expect(around(190)).toBeLessThan(0.8 * around(0))
    expect(around(390)).toBeLessThan(0.8 * around(200))
    expect(around(590)).toBeLessThan(around(400))
  })
})

describe('the parameters', () => {
  it('are counted as they are laid out, second heads and context included', () => {
    const shape = exampleSpec({ features: 5, layers: [4, 2, 3], copies: 3 })
    const dense = 3 * ((5 + 1) * 4 + (4 + 1) * 2 + (2 + 1) * 3 + (3 + 1) * 5)
    expect(denseLayout(shape).size).toBe(dense)
    const code = { kind: 'variational', beta: 1, warmUpShare: 0, score: 'elbo', samples: 1 } as const
    expect(denseLayout({ ...shape, code }).size).toBe(dense + 3 * (4 + 1) * 2)
    expect(denseLayout({ ...shape, context: [0, 3] }).size).toBe(dense + 3 * 2 * 3)
    expect(denseLayout({ ...shape, cellLoss: 'gaussian-likelihood' }).size).toBe(dense + 3 * (3 + 1) * 5)
    expect(initialWeights(denseLayout({ ...shape, code }), 1).subarray(0, dense)).toEqual(
      initialWeights(denseLayout(shape), 1),
    )
  })
})
