import type { Corruption, TrainingSettings } from '../../contract/records.ts'
import type { ModelSpec } from '../../engine/engine.ts'
import { checkSettings } from './checkSettings.ts'
import { checkModelSize, checkTableSize } from './checkSize.ts'

/** Above this many features Auto trains fewer copies on smaller batches, to stay within interactive time. */
const wide = 200

/** What Auto uses where the person chose nothing. The recipe's numbers; null depends on the table. */
export const autoSettings: TrainingSettings = {
  seed: 1,
  flavour: { kind: 'denoising' },
  // Two to four deviations is a plateau: noise this strong cannot be undone cell by cell, only from the
  // structure that most rows share.
  corruption: { kind: 'gaussian', sigma: 3 },
  corruptionSchedule: 'constant',
  hidden: [64],
  decoder: null,
  code: null,
  copies: null,
  steps: 400,
  batchRows: null,
  learningRate: 3e-3,
  learningRateSchedule: 'cosine',
  gradientLimit: null,
  loss: 'squared',
  categoryLoss: 'same',
  rowLoss: 'log1p',
  // 0.6 to 0.7 is a plateau on the development tables; on network-connections more is better.
  keepShare: 0.65,
  softClip: true,
  // Measured: holding out a tenth leaves detection as it was (0.815 / 0.499 on the development tables).
  validationShare: 0.1,
  earlyStopping: null,
}

export interface Plan {
  /** No null is left. */
  readonly settings: TrainingSettings
  readonly spec: ModelSpec
  readonly trainableParameters: number
}

/**
 * The network and its training for a table of this size.
 * @throws Failure `bad-request` on settings out of range, and where table or network would not fit into memory
 */
export function planModel(input: {
  readonly settings?: Partial<TrainingSettings> | undefined
  readonly rows: number
  readonly features: number
  readonly hasMissing: boolean
}): Plan {
  const { rows, features, hasMissing } = input
  const chosen = { ...autoSettings, ...defined(input.settings ?? {}) }
  const settings = {
    ...chosen,
    code: chosen.code ?? Math.min(8, Math.max(2, Math.floor(features / 3))),
    copies: chosen.copies ?? (features > wide ? 2 : 4),
    batchRows: chosen.batchRows ?? Math.min(features > wide ? 128 : 256, rows),
  }
  checkSettings(settings)
  checkTableSize(rows, features)
  const layers = [...settings.hidden, settings.code, ...settings.hidden.toReversed()]
  const spec: ModelSpec = {
    features,
    context: [],
    copies: settings.copies,
    layers,
    codeLayer: settings.hidden.length,
    code: { kind: 'plain' },
    activation: 'silu',
    initialScales: [1, ...layers.slice(1).map(() => siluScale), nearZero],
    inputDivisor: inputDivisor(settings.corruption),
    corruption: settings.corruption,
    corruptionSchedule: settings.corruptionSchedule,
    cellLoss: settings.loss,
    categories: [],
    ranges: null,
    rowLoss: settings.rowLoss,
    trim: { keepShare: settings.keepShare, warmUpShare: 0.1 },
    optimiser: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, gradientLimit: settings.gradientLimit },
    schedule: {
      steps: settings.steps,
      pretrainingSteps: 0,
      peakLearningRate: settings.learningRate,
      warmUpShare: 0.1,
      shape: settings.learningRateSchedule,
    },
    batchRows: Math.min(settings.batchRows, rows),
    seed: settings.seed,
    hasMissing,
  }
  const trainableParameters = parameterCount(spec)
  checkModelSize(spec, trainableParameters)
  return { settings, spec, trainableParameters }
}

/** Keeps the variance of the signal through a SiLU layer. */
const siluScale = 1.96
/** The last layer starts almost at zero, so that the first reconstruction is every column's centre. */
const nearZero = 0.01

/** Brings columns of deviation 1 with noise added back to deviation 1. */
function inputDivisor(corruption: Corruption): number {
  return corruption.kind === 'gaussian' ? Math.sqrt(1 + corruption.sigma ** 2) : 1
}

/** Weights and biases of all copies together. */
export function parameterCount({
  features,
  layers,
  copies,
}: Pick<ModelSpec, 'features' | 'layers' | 'copies'>): number {
  const sizes = [features, ...layers, features]
  let parameters = 0
  for (const [index, outputs] of sizes.slice(1).entries()) parameters += ((sizes[index] ?? 0) + 1) * outputs
  return parameters * copies
}

/** Leaves out fields that are undefined, so that they do not hide Auto's. */
function defined<T extends object>(settings: T): T {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as T
}
