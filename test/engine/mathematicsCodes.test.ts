import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { Matrix, ModelSpec } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { divergence } from '../../src/engine/program/codes/variational.ts'
import { createCode } from '../../src/engine/program/codes.ts'
import { named } from '../../src/engine/program/inputs.ts'
import { denseLayout, initialWeights } from '../../src/engine/program/layout.ts'
import { parametersOf } from '../../src/engine/program/network.ts'
import { seededRandom } from '../../src/engine/random.ts'
import { drawSteps } from '../../src/engine/session/batches.ts'
import { eagerly } from './eagerly.ts'
import { exampleRows, exampleSpec, relativeError } from './examples.ts'

/** Code, row penalty or batch penalty of rows as training computes them, for one draw of its inputs. */
function trained(spec: ModelSpec, rows: Matrix, part: 'code' | 'rowPenalty' | 'batchPenalty'): number[] {
  const layout = denseLayout(spec)
  const code = createCode(spec)
  const drawn = drawSteps(code.stepInputs, 1, seededRandom(1, 'test'), spec.schedule.steps - 1)
  return eagerly(() => {
    const inputs = Object.fromEntries([
      ...code.sessionInputs.map(({ name, values, shape }) => [name, tf.tensor(values, [...shape])]),
      ...code.stepInputs.map(({ name, shape, dtype }) => [
        name,
        tf.tensor(named(drawn, name), [...shape], dtype),
      ]),
    ])
    const weights = tf.tensor1d(initialWeights(layout, spec.seed))
    const input = tf.tile(tf.tensor3d(rows.values, [1, rows.rows, rows.columns]), [spec.copies, 1, 1])
    return code.train(parametersOf(layout, weights), input, inputs)[part] ?? tf.zeros([0])
  })
}

/** Code of one row by the first copy, in double precision. */
function encodedByHand(spec: ModelSpec, row: readonly number[]): number[] {
  const weights = initialWeights(denseLayout(spec), spec.seed)
  let [hidden, offset] = [row.map((value) => value / spec.inputDivisor), 0]
  for (let layer = 0; layer <= spec.codeLayer; layer += 1) {
    const out = spec.layers[layer] ?? 0
    const before = hidden
    const at = offset
    hidden = Array.from({ length: out }, (_, to) => {
      const sum = before.reduce(
        (total, value, from) => total + value * (weights[at + from * out + to] ?? 0),
        0,
      )
      return spec.activation === 'linear' ? sum : sum / (1 + Math.exp(-sum))
    })
    offset += spec.copies * (before.length + 1) * out
  }
  return hidden
}

const repeated = (row: readonly number[], times: number): Matrix => ({
  rows: times,
  columns: row.length,
  values: Float32Array.from({ length: times * row.length }, (_, at) => row[at % row.length] ?? 0),
})

function statistics(values: readonly number[]): { readonly mean: number; readonly variance: number } {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length
  return { mean, variance: values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (values.length - 1) }
}

const rowOf = ({ values, columns }: Matrix, row: number) => [
  ...values.slice(row * columns, (row + 1) * columns),
]

describe('the contractive penalty', () => {
  /** Squared Frobenius norm of the Jacobian with respect to the divided input, from differences by hand. */
  const normByHand = (spec: ModelSpec, row: readonly number[]) => {
    const step = 1e-5
    let norm = 0
    for (const feature of row.keys()) {
      const moved = (by: number) =>
        encodedByHand(spec, row.with(feature, (row[feature] ?? 0) + by * spec.inputDivisor))
      const [up, down] = [moved(step), moved(-step)]
      for (const [node, value] of up.entries()) norm += ((value - (down[node] ?? 0)) / (2 * step)) ** 2
    }
    return norm
  }
  const code = { kind: 'contractive', weight: 0.3 } as const

  for (const [activation, first] of [
    ['silu', 7],
    ['linear', 7],
    // Fewer nodes than features: the norm is found without going back to the features.
    ['silu', 4],
  ] as const) {
    it(`is exact up to 16 code nodes (${activation}, ${first} nodes in the first layer)`, () => {
      const spec = exampleSpec({ code, activation, layers: [first, 16, 5], copies: 1, batchRows: 9 })
      const rows = exampleRows(9, spec.features)
      const expected = Array.from({ length: 9 }, (_, row) => 0.3 * normByHand(spec, rowOf(rows, row)))
      expect(relativeError(trained(spec, rows, 'rowPenalty'), expected)).toBeLessThan(1e-5)
    })
  }

  it('is an unbiased estimate above', () => {
    const draws = 2000
    const spec = exampleSpec({ code, layers: [20], codeLayer: 0, copies: 1, batchRows: draws })
    const row = rowOf(exampleRows(1, spec.features), 0)
    const values = trained(spec, repeated(row, draws), 'rowPenalty')
    const { mean, variance } = statistics(values)
    expect(variance).toBeGreaterThan(0)
    expect(Math.abs(mean - 0.3 * normByHand(spec, row))).toBeLessThan(4 * Math.sqrt(variance / draws))
  })
})

describe('the sparse penalties', () => {
  const rows = exampleRows(8, 6)
  it('is the weighted mean absolute code (L1)', () => {
    const spec = exampleSpec({ code: { kind: 'l1', weight: 0.7 }, copies: 2, batchRows: 8 })
    const codes = trained(spec, rows, 'code').map(Math.abs)
    const means = [codes.slice(0, 24), codes.slice(24)].map(
      (copy) => copy.reduce((sum, c) => sum + c, 0) / 24,
    )
    expect(
      relativeError(
        trained(spec, rows, 'batchPenalty'),
        means.map((mean) => 0.7 * mean),
      ),
    ).toBeLessThan(1e-6)
  })

  it('is the divergence of the mean activation from the target (KL)', () => {
    const spec = exampleSpec({ code: { kind: 'kl', weight: 2, target: 0.1 }, copies: 1, batchRows: 8 })
    const codes = trained(spec, rows, 'code')
    expect(codes.every((code) => code > 0 && code < 1)).toBe(true)
    let expected = 0
    for (let node = 0; node < 3; node += 1) {
      const mean = codes.filter((_, index) => index % 3 === node).reduce((sum, code) => sum + code, 0) / 8
      expected += 2 * (0.1 * Math.log(0.1 / mean) + 0.9 * Math.log(0.9 / (1 - mean)))
    }
    expect(relativeError(trained(spec, rows, 'batchPenalty'), [expected])).toBeLessThan(1e-5)
  })

  it('stays finite where a node is always on', () => {
    const spec = exampleSpec({ code: { kind: 'kl', weight: 1, target: 0.1 }, copies: 1, batchRows: 8 })
    const far = { ...rows, values: rows.values.map(() => 1e6) }
    expect(trained(spec, far, 'batchPenalty').every((each) => Number.isFinite(each) && each > 0)).toBe(true)
  })
})

describe('the variational code', () => {
  const code = { kind: 'variational', beta: 2, warmUpShare: 0.5, score: 'elbo', samples: 4 } as const

  it('has the divergence from the standard normal that its integral has', () => {
    const pairs = [
      [0, 0],
      [0.7, -1.3],
      [-2, 0.8],
    ] as const
    for (const [mean, logVariance] of pairs) {
      // The integral of q log(q / p) over twelve deviations, by the trapezoidal rule.
      const deviation = Math.exp(logVariance / 2)
      let integral = 0
      for (let step = -6000; step <= 6000; step += 1) {
        const z = step / 500
        const x = mean + deviation * z
        const logRatio = -(z ** 2) / 2 - logVariance / 2 + x ** 2 / 2
        integral += (Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI)) * logRatio * (1 / 500)
      }
      const [computed] = eagerly(() =>
        divergence({
          mean: tf.tensor3d([mean], [1, 1, 1]),
          logVariance: tf.tensor3d([logVariance], [1, 1, 1]),
        }),
      )
      expect(computed).toBeCloseTo(integral, 5)
    }
  })

  it('is drawn with the mean and deviation that the heads say, each row on its own', () => {
    const draws = 4000
    const spec = exampleSpec({ code, copies: 1, batchRows: draws, layers: [5, 2, 5], activation: 'linear' })
    const row = rowOf(exampleRows(1, spec.features), 0)
    const codes = trained(spec, repeated(row, draws), 'code')
    const first = codes.filter((_, index) => index % 2 === 0)
    const { mean, variance } = statistics(first)
    expect(new Set(first).size).toBeGreaterThan(0.95 * draws)
    const head = encodedByHand({ ...spec, code: { kind: 'plain' } }, row)[0] ?? Number.NaN
    expect(Math.abs(mean - head)).toBeLessThan(4 * Math.sqrt(variance / draws))
    // The head of the log-variance starts near zero: a variance near one.
    expect(variance).toBeGreaterThan(0.6)
    expect(variance).toBeLessThan(1.6)
  })

  it('raises beta over the warm-up', () => {
    const schedule = { ...exampleSpec().schedule, steps: 8 }
    const { stepInputs } = createCode(exampleSpec({ code, schedule, features: 4, context: [1, 2] }))
    const drawn = drawSteps(stepInputs, 8, seededRandom(1, 'test'), 0)
    // Per judged feature, of which there are two.
    expect([...named(drawn, 'beta')]).toEqual([0.25, 0.5, 0.75, 1, 1, 1, 1, 1])
  })

  it('scores by the bound: drawn codes that all rows share, and the divergence on every counted cell', async () => {
    const rows = exampleRows(40, 6, 5)
    const shared = { hasMissing: true, copies: 1, layers: [5, 2, 5], context: [4] }
    const open = (changes: { readonly beta?: number }) =>
      createOnnxEngine().open(exampleSpec({ ...shared, code: { ...code, ...changes } }), rows)
    const bound = await open({})
    const scored = await bound.score(rows)
    const third = await bound.score({ rows: 1, columns: 6, values: rows.values.slice(18, 24) })
    expect(relativeError(third.errors, scored.errors.slice(18, 24))).toBeLessThan(1e-6)

    // Without its divergence the same draws give the cost of the cells alone.
    const free = await open({ beta: 0 })
    const costs = (await free.score(rows)).errors
    for (let row = 0; row < 40; row += 1) {
      const extra = [0, 1, 2, 3, 5].flatMap((feature) => {
        const at = row * 6 + feature
        const more = (scored.errors[at] ?? 0) - (costs[at] ?? 0)
        if (Number.isNaN(rows.values[at])) expect(scored.errors[at]).toBe(0)
        return Number.isNaN(rows.values[at]) ? [] : [more]
      })
      for (const each of extra) expect(each).toBeCloseTo(extra[0] ?? 0, 4)
      expect(extra[0]).toBeGreaterThan(0)
      expect(scored.errors[row * 6 + 4]).toBe(0)
    }
    await bound.close()
    await free.close()
  })
})
