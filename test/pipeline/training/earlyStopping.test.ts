import { describe, expect, it } from 'vitest'
import { autoFlavours } from '../../../src/contract/flavours.ts'
import type { TrainingSettings } from '../../../src/contract/records.ts'
import { type Training, trainModel, type Unfinished } from '../../../src/pipeline/training/train.ts'
import { parseModel, serialiseModel } from '../../../src/pipeline/training/trainedModel.ts'
import { constantEngine } from '../../support/constantEngine.ts'
import { never, prepared } from './prepared.ts'

/** 100 points, one every two steps; the loss of rows held out falls until step 120, then rises. */
const steps = 200
const validation = (step: number) => Math.abs(step - 120) + 1

async function train(input: {
  readonly settings?: Partial<TrainingSettings>
  readonly resume?: Unfinished
  readonly stopAfter?: number
  readonly milliseconds?: number
}): Promise<Training> {
  const cancel = new AbortController()
  const { stopAfter = Number.POSITIVE_INFINITY, resume, milliseconds = 0.5 } = input
  return trainModel({
    ...(await prepared(600, { steps, earlyStopping: 7, ...input.settings })),
    engine: constantEngine({ validation, milliseconds }),
    resume,
    signal: cancel.signal,
    onProgress: ({ step }) => step >= stopAfter && cancel.abort(),
  })
}

describe('early stopping', () => {
  it('stops when its patience is over and goes back to the best weights', async () => {
    const { model, complete, bestStep, curve } = await train({})
    expect([complete, bestStep]).toEqual([true, 120])
    // Every point is evaluated, so that seven points after the best one it stops.
    expect(model.state.step).toBe(127)
    expect(curve).toHaveLength(127)
    expect(curve.every((point) => point.validation === validation(point.step))).toBe(true)
    // The weights tell the step at which they were taken.
    expect(model.state.weights[0]).toBe(120)
    expect(model.unfinished).toBeNull()
  })

  it('looks at points, not at the clock', async () => {
    const [quick, slow] = [await train({ milliseconds: 0 }), await train({ milliseconds: 3 })]
    expect(slow).toEqual(quick)
  })

  it('trains to the end where the loss keeps falling', async () => {
    const { model, complete, bestStep } = await train({ settings: { steps: 100 } })
    expect([model.state.step, model.state.weights[0], complete, bestStep]).toEqual([100, 100, true, null])
  })

  it('does not compare losses that count other rows, or another penalty', async () => {
    const falling = (step: number) => step
    const stop = async (settings: Partial<TrainingSettings>) => {
      const training = await trainModel({
        ...(await prepared(600, { steps: 200, earlyStopping: 3, ...settings })),
        engine: constantEngine({ validation: falling }),
        signal: never,
      })
      return [training.bestStep, training.model.state.step]
    }
    // A loss that only rises: the first point that counts is the best, and three follow.
    expect(await stop({ keepShare: 1 })).toEqual([1, 4])
    expect(await stop({ keepShare: 0.5 })).toEqual([21, 24])
    const flavour = { ...autoFlavours.variational, warmUpShare: 0.5 }
    expect(await stop({ flavour })).toEqual([101, 104])
  })

  it('ends where it would have ended when it is cancelled and goes on', async () => {
    const whole = await train({})
    for (const stopAfter of [1, 33, 118, 120, 123, 126]) {
      const part = await train({ stopAfter })
      expect(part.complete).toBe(false)
      // Through the files that it is kept in.
      const model = await parseModel(await serialiseModel(part.model))
      expect(model).toEqual(part.model)
      const rest = await train({ resume: { model, curve: part.curve } })
      expect(rest).toEqual(whole)
    }
  })

  it('scores what was best when it is cancelled', async () => {
    const { model, bestStep } = await train({ stopAfter: 124 })
    expect([model.state.weights[0], bestStep]).toEqual([120, 120])
    expect(model.unfinished?.latestWeights?.[0]).toBe(model.state.step)
  })
})
