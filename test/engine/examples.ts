import type { Matrix, ModelSpec } from '../../src/engine/engine.ts'
import { fillNormals, seededRandom } from '../../src/engine/random.ts'

/** A small model; every field can be overridden. */
export function exampleSpec(changes: Partial<ModelSpec> = {}): ModelSpec {
  const layers = changes.layers ?? [12, 3, 12]
  return {
    features: 6,
    context: [],
    copies: 2,
    layers,
    codeLayer: Math.floor(layers.length / 2),
    code: { kind: 'plain' },
    activation: 'silu',
    initialScales: [1, ...layers.slice(1).map(() => 1.96), 0.5],
    inputDivisor: 1.5,
    corruption: { kind: 'gaussian', sigma: 1 },
    corruptionSchedule: 'constant',
    cellLoss: 'squared',
    categories: [],
    ranges: null,
    rowLoss: 'log1p',
    trim: { keepShare: 0.6, warmUpShare: 0.1 },
    optimiser: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, gradientLimit: null },
    schedule: { steps: 40, pretrainingSteps: 0, peakLearningRate: 3e-3, warmUpShare: 0.1, shape: 'cosine' },
    batchRows: 16,
    seed: 7,
    hasMissing: false,
    ...changes,
  }
}

/** Seeded normal rows; `missingEvery` blanks every so many cells. */
export function exampleRows(rows: number, columns: number, missingEvery = 0): Matrix {
  const values = new Float32Array(rows * columns)
  fillNormals(values, seededRandom(3, 'example rows'), 1)
  if (missingEvery > 0)
    for (let index = 1; index < values.length; index += missingEvery) values[index] = Number.NaN
  return { rows, columns, values }
}

/** Largest difference, relative to the largest magnitude in `expected`. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let scale = 0
  let worst = 0
  for (let index = 0; index < expected.length; index += 1) {
    const difference = Math.abs((actual[index] ?? Number.NaN) - (expected[index] ?? Number.NaN))
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY
    worst = Math.max(worst, difference)
    scale = Math.max(scale, Math.abs(expected[index] ?? 0))
  }
  return scale === 0 ? worst : worst / scale
}
