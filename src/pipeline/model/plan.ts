import type { Corruption, TrainingSettings } from '../../contract/records.ts'
import type { CodeSpec, Matrix, ModelSpec } from '../../engine/engine.ts'
import { denseLayout } from '../../engine/program/layout.ts'
import { tableHoldsMissing } from '../../engine/session/batches.ts'
import { type Encoder, featureCount } from '../features/encoder.ts'
import { autoFor, type ResolvedSettings, resolveSettings } from './auto.ts'
import { checkCombinations, checkSettings } from './checkSettings.ts'
import { checkModelSize, checkTableSize } from './checkSize.ts'
import { categoryBlocks, contextFeatures, tableFacts } from './columns.ts'
import { featureRanges, needsRanges } from './ranges.ts'

export interface Plan {
  /** No null is left where Auto chooses. */
  readonly settings: TrainingSettings
  /** Without what only the rows can say: `withRows` adds it. */
  readonly spec: ModelSpec
  /** Weights and biases of all copies together. */
  readonly trainableParameters: number
}

/** What the person chose, over what Auto uses for the flavour. Fields that are undefined count as left out. */
export function chosenSettings(settings: Partial<TrainingSettings> = {}): TrainingSettings {
  const chosen = Object.entries(settings).filter(([, value]) => value !== undefined)
  return { ...autoFor(settings.flavour?.kind ?? 'denoising'), ...Object.fromEntries(chosen) }
}

/**
 * The network and its training for a table of this size.
 * @param input.encoder of the table; needed where settings are about columns (context, softmax)
 * @throws Failure `bad-request` on settings out of range or that do not go together, and where table or network
 * would not fit into memory
 */
export function planModel(input: {
  readonly settings?: Partial<TrainingSettings> | undefined
  readonly rows: number
  readonly features: number
  readonly hasMissing: boolean
  readonly encoder?: Encoder | undefined
}): Plan {
  const { rows, features, hasMissing, encoder } = input
  const chosen = chosenSettings(input.settings)
  // First as chosen, so that nothing of Auto's is blamed.
  checkSettings(chosen)
  const settings = resolveSettings(chosen, { rows, features })
  checkSettings(settings)
  checkCombinations(settings, tableFacts({ rows, features, encoder }))
  const { spec, trainableParameters } = sizedSpec({ settings, features, rows, encoder })
  return { settings, spec: { ...spec, hasMissing }, trainableParameters }
}

/**
 * What `planModel` makes of the settings of a model that exists. Combinations of settings that are refused today may
 * have been trained once.
 * @throws Failure `bad-request` on settings out of range, and on what would not fit into memory
 */
export function plannedSpec(input: {
  readonly settings: TrainingSettings
  readonly rows: number
  readonly encoder: Encoder
}): Omit<Plan, 'settings'> {
  const { rows, encoder } = input
  checkSettings(input.settings)
  const features = featureCount(encoder)
  const settings = resolveSettings(input.settings, { rows, features })
  return sizedSpec({ settings, features, rows, encoder })
}

function sizedSpec(input: Parameters<typeof specOf>[0]): Omit<Plan, 'settings'> {
  checkTableSize(input.rows, input.features)
  const spec = specOf(input)
  const trainableParameters = denseLayout(spec).size
  checkModelSize(spec, trainableParameters)
  return { spec, trainableParameters }
}

/**
 * The specification for these encoded rows: whether cells are missing, and what values features take.
 * @throws AbortError
 */
export async function withRows(spec: ModelSpec, matrix: Matrix, signal?: AbortSignal): Promise<ModelSpec> {
  return {
    ...spec,
    hasMissing: await tableHoldsMissing(matrix),
    ranges: needsRanges(spec) ? await featureRanges(matrix, signal) : null,
  }
}

function specOf(input: {
  readonly settings: TrainingSettings & ResolvedSettings
  readonly features: number
  readonly rows: number
  readonly encoder: Encoder | undefined
}): ModelSpec {
  const { settings, features, rows, encoder } = input
  const { flavour, hidden } = settings
  const isLinear = flavour.kind === 'linear' || flavour.kind === 'pca'
  const layers = [...hidden, settings.code, ...(settings.decoder ?? hidden.toReversed())]
  return {
    features,
    context: flavour.kind === 'conditional' ? contextFeatures(flavour.context, encoder) : [],
    copies: settings.copies,
    layers,
    codeLayer: hidden.length,
    code: codeSpec(settings),
    activation: isLinear ? 'linear' : 'silu',
    initialScales: [1, ...layers.slice(1).map(() => (isLinear ? 1 : siluScale)), nearZero],
    inputDivisor: inputDivisor(settings.corruption),
    corruption: settings.corruption,
    corruptionSchedule: settings.corruptionSchedule,
    cellLoss: settings.loss,
    categories: settings.categoryLoss === 'softmax' ? categoryBlocks(settings, encoder) : [],
    ranges: null,
    rowLoss: settings.rowLoss,
    trim: { keepShare: settings.keepShare, warmUpShare: 0.1 },
    optimiser: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, gradientLimit: settings.gradientLimit },
    schedule: {
      steps: settings.steps,
      pretrainingSteps:
        flavour.kind === 'stacked' ? Math.round(flavour.pretrainingShare * settings.steps) : 0,
      peakLearningRate: settings.learningRate,
      warmUpShare: 0.1,
      shape: settings.learningRateSchedule,
    },
    batchRows: Math.min(settings.batchRows, rows),
    seed: settings.seed,
    hasMissing: false,
  }
}

function codeSpec({ flavour }: TrainingSettings): CodeSpec {
  switch (flavour.kind) {
    case 'sparse':
      return flavour.penalty === 'l1'
        ? { kind: 'l1', weight: flavour.weight }
        : { kind: 'kl', weight: flavour.weight, target: flavour.target }
    case 'contractive':
      return { kind: 'contractive', weight: flavour.weight }
    case 'variational':
    case 'conditional': {
      const { beta, warmUpShare, score, samples } = flavour
      return { kind: 'variational', beta, warmUpShare, score, samples }
    }
    default:
      return { kind: 'plain' }
  }
}

/** Keeps the variance of the signal through a SiLU layer. */
const siluScale = 1.96
/** The last layer starts almost at zero, so that the first reconstruction is every column's centre. */
const nearZero = 0.01

/** Brings columns of deviation 1 with noise added back to deviation 1. */
function inputDivisor(corruption: Corruption): number {
  return corruption.kind === 'gaussian' ? Math.sqrt(1 + corruption.sigma ** 2) : 1
}
