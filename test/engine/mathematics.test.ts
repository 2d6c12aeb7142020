import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { withBackend } from '../../src/engine/backend.ts'
import type { Matrix, ModelSpec } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { type Arrays, named } from '../../src/engine/program/inputs.ts'
import { initialWeights } from '../../src/engine/program/layout.ts'
import { trimmedMeans } from '../../src/engine/program/loss.ts'
import { adamNumbers, learningRate } from '../../src/engine/program/optimiser.ts'
import { createProgram } from '../../src/engine/program.ts'
import { seededRandom } from '../../src/engine/random.ts'
import { drawSteps } from '../../src/engine/session/batches.ts'
import '../../src/engine/referenceEngine.ts'
import { exampleRows, exampleSpec, relativeError } from './examples.ts'

/** Reconstruction of one row by one copy, in plain double arithmetic on the flat vector. */
function forwardByHand(
  spec: ModelSpec,
  weights: Float32Array,
  copy: number,
  row: readonly number[],
): number[] {
  let offset = 0
  let hidden = row.map((value) => value / spec.inputDivisor)
  const sides = [...spec.layers, spec.features]
  for (const [layer, out] of sides.entries()) {
    const inputs = hidden.length
    const weightAt = (from: number, to: number) =>
      weights[offset + (copy * inputs + from) * out + to] ?? Number.NaN
    const biasOffset = offset + spec.copies * inputs * out
    const sums = Array.from({ length: out }, (_, to) =>
      hidden.reduce(
        (sum, value, from) => sum + value * weightAt(from, to),
        weights[biasOffset + copy * out + to] ?? Number.NaN,
      ),
    )
    hidden = layer + 1 === sides.length ? sums : sums.map((sum) => sum / (1 + Math.exp(-sum)))
    offset = biasOffset + spec.copies * out
  }
  return hidden
}

const rowOf = ({ values, columns }: Matrix, row: number): number[] => [
  ...values.slice(row * columns, (row + 1) * columns),
]

describe('the score', () => {
  for (const missingEvery of [0, 4]) {
    it(`equals the forward pass by hand ${missingEvery ? 'with' : 'without'} missing cells`, async () => {
      const spec = exampleSpec({ copies: 3, hasMissing: missingEvery > 0 })
      const rows = exampleRows(20, spec.features, missingEvery)
      const session = await createOnnxEngine().open(spec, rows)
      await session.train(15)
      const { weights } = session.state()
      const scored = await session.score(rows)
      await session.close()

      const [errors, reconstruction]: [number[], number[]] = [[], []]
      for (let row = 0; row < rows.rows; row += 1) {
        const given = rowOf(rows, row)
        const clean = given.map((value) => (Number.isNaN(value) ? 0 : value))
        const outputs = [0, 1, 2].map((copy) => forwardByHand(spec, weights, copy, clean))
        for (const [column, value] of given.entries()) {
          const values = outputs.map((output) => output[column] ?? Number.NaN)
          reconstruction.push(values.reduce((sum, each) => sum + each, 0) / 3)
          const squares = values.map((each) => (Number.isNaN(value) ? 0 : (each - value) ** 2))
          errors.push(squares.reduce((sum, each) => sum + each, 0) / 3)
        }
      }
      expect(relativeError(scored.errors, errors)).toBeLessThan(1e-5)
      expect(relativeError(scored.reconstruction, reconstruction)).toBeLessThan(1e-5)
    })
  }
})

describe('the gradient', () => {
  const plain = { corruption: { kind: 'none' }, seed: 5, copies: 2, features: 3, layers: [4, 2, 4] } as const
  for (const changes of [
    { rowLoss: 'log1p', hasMissing: false },
    { rowLoss: 'mean', hasMissing: true },
  ] as const) {
    it(`agrees with finite differences (${changes.rowLoss})`, async () => {
      const keepShare = 0.5
      const spec = exampleSpec({ ...plain, ...changes, trim: { keepShare, warmUpShare: 0 }, batchRows: 8 })
      const rows = exampleRows(8, 3, changes.hasMissing ? 5 : 0)
      const program = createProgram(spec, rows)
      const start = initialWeights(program.layout, spec.seed)
      const draws = drawSteps(
        [...program.batchInputs, ...program.updateInputs],
        1,
        seededRandom(5, 'test'),
        0,
      )
      const numbers = named(draws, 'row numbers')

      // The analytic gradient: Adam's first moment after one step from zero moments, bias factors left out.
      const session = await createOnnxEngine().open(spec, rows, {
        step: 0,
        weights: start,
        firstMoment: new Float32Array(start.length),
        secondMoment: new Float32Array(start.length),
        random: seededRandom(5, 'test').state(),
      })
      await session.train(1)
      const { firstMoment: gradient } = session.state()
      await session.close()

      /** Sum over copies of the trimmed mean loss, in double arithmetic. */
      const lossAt = (weights: Float32Array): number => {
        let total = 0
        for (let copy = 0; copy < spec.copies; copy += 1) {
          const losses = Array.from({ length: spec.batchRows }, (_, index) => {
            const given = rowOf(rows, numbers[copy * spec.batchRows + index] ?? 0)
            const output = forwardByHand(
              spec,
              weights,
              copy,
              given.map((value) => (Number.isNaN(value) ? 0 : value)),
            )
            const squares = given.flatMap((value, column) =>
              Number.isNaN(value) ? [] : [((output[column] ?? 0) - value) ** 2],
            )
            const mean = squares.reduce((sum, each) => sum + each, 0) / Math.max(1, squares.length)
            return spec.rowLoss === 'log1p' ? Math.log1p(mean) : mean
          }).toSorted((a, b) => a - b)
          const limit = (losses[Math.round(keepShare * spec.batchRows) - 1] ?? 0) * (1 + 1e-5)
          const kept = losses.filter((loss) => loss <= limit)
          total += kept.reduce((sum, loss) => sum + loss, 0) / kept.length
        }
        return total
      }
      const differences = Array.from(start, (weight, index) => {
        // The weights are floats: use the step that the float really makes.
        const [up, down] = [Math.fround(weight + 1e-3), Math.fround(weight - 1e-3)]
        const moved = (value: number) => lossAt(start.with(index, value))
        return (moved(up) - moved(down)) / (up - down)
      })
      expect(relativeError(gradient, differences)).toBeLessThan(2e-3)
    })
  }
})

describe('Adam', () => {
  it('moves the weights as the textbook says', async () => {
    const spec = exampleSpec({ features: 2, layers: [3], copies: 1, seed: 3 })
    const rows = exampleRows(30, 2)
    const session = await createOnnxEngine().open(spec, rows)
    const { beta1, beta2, epsilon } = spec.optimiser
    let before = session.state()
    let [first, second] = [before.weights.map(() => 0), before.weights.map(() => 0)]
    for (let step = 0; step < 6; step += 1) {
      await session.train(1)
      const after = session.state()
      // The state holds the sums without Adam's factors (1 - beta): the gradient is what was added.
      const gradient = after.firstMoment.map(
        (value, index) => value - beta1 * (before.firstMoment[index] ?? 0),
      )
      first = first.map((value, index) => beta1 * value + (1 - beta1) * (gradient[index] ?? 0))
      second = second.map((value, index) => beta2 * value + (1 - beta2) * (gradient[index] ?? 0) ** 2)
      const rate = learningRate(spec.schedule, step)
      const expected = before.weights.map((weight, index) => {
        const mean = (first[index] ?? 0) / (1 - beta1 ** (step + 1))
        const square = (second[index] ?? 0) / (1 - beta2 ** (step + 1))
        return weight - (rate * mean) / (Math.sqrt(square) + epsilon)
      })
      expect(relativeError(after.weights, expected)).toBeLessThan(1e-5)
      before = after
    }
    await session.close()
  })

  it('folds its constant factors into step size and epsilon', () => {
    const spec = exampleSpec({
      schedule: {
        steps: 10,
        peakLearningRate: 1,
        warmUpShare: 0,
        pretrainingSteps: 0,
        shape: 'cosine' as const,
      },
    })
    const { stepSize, epsilon } = adamNumbers(spec, 0)
    // After one step both corrections cancel the factors: mean and square are the plain sums.
    expect(stepSize).toBeCloseTo(1, 12)
    expect(epsilon).toBeCloseTo(1e-8, 20)
  })

  it('has a learning rate that rises linearly under half a cosine', () => {
    const schedule = {
      steps: 100,
      peakLearningRate: 2,
      warmUpShare: 0.1,
      pretrainingSteps: 0,
      shape: 'cosine' as const,
    }
    expect(learningRate(schedule, 0)).toBeCloseTo(2 * 0.1, 12)
    expect(learningRate(schedule, 4)).toBeCloseTo(2 * 0.5 * 0.5 * (1 + Math.cos(0.04 * Math.PI)), 12)
    expect(learningRate(schedule, 50)).toBeCloseTo(1, 12)
    expect(learningRate(schedule, 100)).toBeCloseTo(0, 12)
    expect(learningRate({ ...schedule, warmUpShare: 0 }, 0)).toBe(2)
  })
})

describe('trimming', () => {
  const trimmed = (losses: readonly number[][], dropped: number, mostDropped = dropped): Arrays =>
    withBackend('cpu', () =>
      tf.tidy(() => {
        const count = tf.scalar(dropped, 'int32')
        const { value, grad } = tf.valueAndGrad((all: tf.Tensor) =>
          tf.sum(trimmedMeans(all, count, mostDropped)),
        )(tf.tensor2d(losses as number[][])) as unknown as { value: tf.Tensor; grad: tf.Tensor }
        return { value: value.dataSync<'float32'>(), grad: grad.dataSync<'float32'>() }
      }),
    )

  it('averages the rows with the smallest losses of each copy, and only they get a gradient', () => {
    const { value, grad } = trimmed(
      [
        [4, 1, 3, 2],
        [10, 30, 20, 40],
      ],
      2,
      3,
    )
    expect([...(value ?? [])]).toEqual([1.5 + 15])
    expect([...(grad ?? [])]).toEqual([0, 0.5, 0, 0.5, 0.5, 0, 0.5, 0])
  })

  it('counts rows that tie with the last one, also up to rounding', () => {
    const third = Math.fround(1 / 3)
    // Losses below zero, as likelihoods have, too.
    for (const shift of [0, -10]) {
      const { grad } = trimmed([[2, 1, 2.000001, 3].map((loss) => loss + shift)], 1)
      expect([...(grad ?? [])]).toEqual([third, third, third, 0])
    }
  })

  it('keeps all rows in the warm-up, then the share asked for', () => {
    const spec = exampleSpec({
      trim: { keepShare: 0.6, warmUpShare: 0.25 },
      batchRows: 10,
      schedule: {
        steps: 8,
        peakLearningRate: 1,
        warmUpShare: 0,
        pretrainingSteps: 0,
        shape: 'cosine' as const,
      },
    })
    const { updateInputs } = createProgram(spec, exampleRows(5, 6))
    const drawn = drawSteps(updateInputs, 8, seededRandom(1, 'test'), 0)
    expect([...named(drawn, 'dropped rows')]).toEqual([0, 0, 4, 4, 4, 4, 4, 4])
  })
})
