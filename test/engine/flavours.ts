import { corruptionSchedules, learningRateSchedules, rowLosses } from '../../src/contract/choices.ts'
import type { CellLoss, Corruption } from '../../src/contract/records.ts'
import type { Matrix, ModelSpec } from '../../src/engine/engine.ts'
import { seededRandom } from '../../src/engine/random.ts'
import { exampleRows, exampleSpec } from './examples.ts'

/** Two numbers, a category of three levels, a context feature, a number. */
const features = 7
const block = { from: 2, to: 5 }
const contextFeature = 5

/** Lowest and highest value of a level's feature: as a scaled flag. */
const [levelLow, levelHigh] = [-0.4, 1.7]

const variational = { kind: 'variational', beta: 0.5, warmUpShare: 0.3, samples: 2 } as const

/** Every flavour of the engine, as what it changes in a small model; of several forms each has its turn. */
export const flavours: Readonly<Record<string, readonly Partial<ModelSpec>[]>> = {
  dense: [{}, { layers: [9, 11, 5], codeLayer: 1 }],
  linear: [{ activation: 'linear', layers: [3], codeLayer: 0 }],
  'sparse (L1)': [{ code: { kind: 'l1', weight: 0.3 } }],
  'sparse (KL)': [{ code: { kind: 'kl', weight: 0.2, target: 0.1 } }],
  contractive: [
    { code: { kind: 'contractive', weight: 0.1 } },
    // So wide a code that the norm is estimated.
    { code: { kind: 'contractive', weight: 0.1 }, layers: [18], codeLayer: 0 },
  ],
  variational: [
    { code: { ...variational, score: 'reconstruction' } },
    { code: { ...variational, score: 'elbo' } },
  ],
  conditional: [{ code: { ...variational, score: 'elbo' }, context: [contextFeature] }],
  stacked: [{ layers: [6, 3, 6], schedule: { ...exampleSpec().schedule, steps: 20, pretrainingSteps: 9 } }],
}

export const corruptions: readonly Corruption[] = [
  { kind: 'none' },
  { kind: 'gaussian', sigma: 1 },
  { kind: 'masking', rate: 0.3 },
  { kind: 'salt-and-pepper', rate: 0.2 },
  { kind: 'swap', rate: 0.2 },
]

/**
 * As many cells above as below make the absolute error's gradient 0 at an output's bias, up to rounding, and Adam would
 * follow that rounding, which engines do not share, at full speed: with this loss alone epsilon has to lie above it,
 * or engines that are both right differ by up to 1e-3.
 */
export const cancels = (cellLoss: CellLoss): boolean => cellLoss === 'absolute'

/** Rows whose features `block` are flags of one level each; every ninth row has a level without a feature. */
export function mixedRows(rows: number, missingEvery = 0): Matrix {
  const matrix = exampleRows(rows, features, missingEvery)
  const random = seededRandom(9, 'levels')
  for (let row = 0; row < rows; row += 1) {
    const level = row % 9 === 8 ? -1 : block.from + random.integer(block.to - block.from)
    for (let feature = block.from; feature < block.to; feature += 1)
      matrix.values[row * features + feature] = feature === level ? levelHigh : levelLow
  }
  return matrix
}

/**
 * One model of the product flavour x corruption x cell loss. What else can be chosen goes round with `turn`, so that
 * everything meets everything somewhere.
 */
export function flavourSpec(
  flavour: string,
  corruption: Corruption,
  cellLoss: CellLoss,
  turn: number,
): { readonly spec: ModelSpec; readonly rows: Matrix } {
  const pick = <T>(choices: readonly T[], every: number): T =>
    choices[Math.floor(turn / every) % choices.length] as T
  const changes = pick(flavours[flavour] ?? [], 1)
  const hasMissing = pick([false, true], 2)
  const base = exampleSpec({ features, layers: [6, 3, 6], ...changes })
  const spec: ModelSpec = {
    ...base,
    corruption,
    cellLoss,
    hasMissing,
    copies: pick([2, 1], 3),
    rowLoss: pick(rowLosses, 5),
    corruptionSchedule: pick(corruptionSchedules, 1),
    categories: pick([[block], []], 4),
    trim: { keepShare: pick([0.6, 1], 5), warmUpShare: 0.2 },
    optimiser: {
      ...base.optimiser,
      epsilon: cancels(cellLoss) ? 1e-6 : base.optimiser.epsilon,
      gradientLimit: pick([null, 0.2], 7),
    },
    schedule: { ...base.schedule, steps: 20, shape: pick(learningRateSchedules, 1) },
    batchRows: 12,
    ranges: {
      low: Array.from({ length: features }, (_, feature) => (inBlock(feature) ? levelLow : -1.5)),
      high: Array.from({ length: features }, (_, feature) => (inBlock(feature) ? levelHigh : 2)),
    },
  }
  return { spec, rows: mixedRows(30, hasMissing ? 6 : 0) }
}

const inBlock = (feature: number) => feature >= block.from && feature < block.to
