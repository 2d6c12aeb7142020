import { describe, expect, it } from 'vitest'
import type { ModelSpec } from '../../src/engine/engine.ts'
import { initialWeights } from '../../src/engine/program/layout.ts'
import { phasesOf } from '../../src/engine/program/phases.ts'
import { batchOf } from './eagerly.ts'
import { exampleRows, exampleSpec, relativeError } from './examples.ts'

const features = 4
/** Everything is differentiable somewhere: all rows count, no limit, no noise beside the code's own. */
const smooth: Partial<ModelSpec> = {
  features,
  layers: [4, 2, 3],
  copies: 2,
  batchRows: 6,
  corruption: { kind: 'none' },
  trim: { keepShare: 1, warmUpShare: 0 },
  ranges: { low: [-3, -3, -3, -3], high: [3, 3, 3, 3] },
}
const variational = { kind: 'variational', beta: 1.5, warmUpShare: 0, score: 'elbo', samples: 2 } as const
const stacked = { ...exampleSpec().schedule, pretrainingSteps: 20 }

const cases: Readonly<Record<string, Partial<ModelSpec>>> = {
  'squared, complete': {},
  squared: { hasMissing: true, rowLoss: 'mean' },
  absolute: { cellLoss: 'absolute', hasMissing: true },
  huber: { cellLoss: 'huber', rowLoss: 'mean' },
  'log-cosh': { cellLoss: 'log-cosh', hasMissing: true },
  'binary cross-entropy': { cellLoss: 'binary-cross-entropy', hasMissing: true },
  'Gaussian likelihood': { cellLoss: 'gaussian-likelihood', rowLoss: 'mean' },
  'softmax cross-entropy': { categories: [{ from: 1, to: 4 }], hasMissing: true },
  'softmax beside binary cross-entropy': {
    categories: [{ from: 0, to: 2 }],
    cellLoss: 'binary-cross-entropy',
  },
  'L1 code': { code: { kind: 'l1', weight: 0.7 }, activation: 'linear' },
  'KL code': { code: { kind: 'kl', weight: 0.7, target: 0.1 } },
  'contractive, one layer': { code: { kind: 'contractive', weight: 0.5 }, layers: [3], codeLayer: 0 },
  'contractive, two layers': { code: { kind: 'contractive', weight: 0.5 }, rowLoss: 'mean' },
  'contractive, linear': { code: { kind: 'contractive', weight: 0.5 }, activation: 'linear' },
  'contractive, estimated': { code: { kind: 'contractive', weight: 0.5 }, layers: [3, 17, 2] },
  variational: { code: variational },
  'variational with missing cells': { code: variational, hasMissing: true, rowLoss: 'mean' },
  conditional: { code: variational, context: [1, 3], hasMissing: true },
  'context without variation': { context: [2], layers: [2], codeLayer: 0 },
}

describe('the gradient agrees with finite differences of the loss', () => {
  for (const [title, changes] of Object.entries(cases)) {
    it(title, () => check(exampleSpec({ ...smooth, ...changes })))
  }

  const layered = exampleSpec({ ...smooth, layers: [4, 2, 4], schedule: stacked })
  for (const phase of phasesOf(layered)) {
    it(`stacked: ${phase.title}`, () => check(layered, phase))
  }
  const wide = { ...layered, context: [0], cellLoss: 'gaussian-likelihood' } as const
  for (const phase of phasesOf(wide)) {
    it(`stacked with context and a second head: ${phase.title}`, () => check(wide, phase))
  }
})

function check(spec: ModelSpec, phase = phasesOf(spec).at(-1)): void {
  const rows = exampleRows(6, features, spec.hasMissing ? 5 : 0)
  const { program, lossAt, gradientAt } = batchOf(spec, rows, phase)
  const weights = initialWeights(program.layout, 3)
  // Biases off zero, so that no sum sits where a slope changes.
  for (let index = 0; index < weights.length; index += 1) {
    if (weights[index] === 0) weights[index] = 0.1 * Math.sin(index + 1)
  }
  const gradient = gradientAt(weights)
  const differences = Array.from(weights, (weight, index) => {
    // The weights are floats: use the step that the float really makes.
    const [up, down] = [Math.fround(weight + 2e-3), Math.fround(weight - 2e-3)]
    return (lossAt(weights.with(index, up)) - lossAt(weights.with(index, down))) / (up - down)
  })
  expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(1e-3)
  // What a phase holds fixed has neither gradient nor update, though its loss depends on it.
  const free = gradient.map((value) => phase?.layer === null || value !== 0)
  expect(
    relativeError(
      gradient.filter((_, index) => free[index]),
      differences.filter((_, index) => free[index]),
    ),
  ).toBeLessThan(5e-3)
}
