import { z } from 'zod'
import { Failure } from '../../contract/failure.ts'
import type { TrainingSettings } from '../../contract/records.ts'
import type { ModelSpec, TrainingState } from '../../engine/engine.ts'
import { type Encoder, featureCount, parseEncoder } from '../features/encoder.ts'
import { checkSettings } from '../model/checkSettings.ts'
import { parameterCount } from '../model/plan.ts'

/** Everything that scores a row: how it is encoded, the network, and its weights. */
export interface TrainedModel {
  readonly encoder: Encoder
  readonly settings: TrainingSettings
  readonly spec: ModelSpec
  readonly state: TrainingState
  /** Name of the engine that trained it. */
  readonly engine: string
  /** Rows of the table that it was trained for. */
  readonly rows: number
}

/** A model as two files: readable JSON, and the numbers of the state as little-endian 32-bit floats. */
export interface SerialisedModel {
  readonly json: string
  /** Weights, first moment, second moment, one after the other. */
  readonly numbers: Float32Array
}

export function serialiseModel({ state, ...rest }: TrainedModel): SerialisedModel {
  const { weights, firstMoment, secondMoment, ...counters } = state
  const numbers = new Float32Array(weights.length * 3)
  for (const [index, vector] of [weights, firstMoment, secondMoment].entries()) {
    numbers.set(vector, index * weights.length)
  }
  return { json: JSON.stringify({ format: 'residual-model', version: 1, ...rest, state: counters }), numbers }
}

/** Reads a model back. Throws Failure `bad-request` when its parts are damaged or do not belong together. */
export function parseModel({ json, numbers }: SerialisedModel): TrainedModel {
  const parsed = modelSchema.safeParse(parseJson(json))
  if (!parsed.success) {
    const first = parsed.error.issues[0]
    throw damaged(first ? `${first.path.join('.')}: ${first.message}` : 'unreadable')
  }
  const { format: _format, version: _version, state, ...rest } = parsed.data
  const encoder = parseEncoder(rest.encoder)
  checkSettings(rest.settings)
  const count = parameterCount(rest.spec)
  if (featureCount(encoder) !== rest.spec.features) throw damaged('encoder and network differ in features')
  if (numbers.length !== count * 3) {
    throw damaged(`${numbers.length} numbers where the network needs ${count * 3}`)
  }
  if (!numbers.every(Number.isFinite)) throw damaged('a weight is not a number')
  const part = (index: number) => numbers.slice(index * count, (index + 1) * count)
  return {
    ...rest,
    encoder,
    state: { ...state, weights: part(0), firstMoment: part(1), secondMoment: part(2) },
  }
}

const number = z.number()
const rate = (kind: 'masking' | 'salt-and-pepper' | 'swap') =>
  z.strictObject({ kind: z.literal(kind), rate: number })
const corruption = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('gaussian'), sigma: number }),
  rate('masking'),
  rate('salt-and-pepper'),
  rate('swap'),
])
const count = z.number().int().positive()
const variational = {
  beta: number,
  warmUpShare: number,
  score: z.enum(['reconstruction', 'elbo']),
  samples: count,
}
const l1 = { penalty: z.literal('l1'), weight: number }
const kl = { penalty: z.literal('kl'), weight: number, target: number }
const flavour = z.union([
  z.strictObject({ kind: z.enum(['denoising', 'undercomplete', 'overcomplete', 'linear', 'pca']) }),
  z.strictObject({ kind: z.literal('sparse'), ...l1 }),
  z.strictObject({ kind: z.literal('sparse'), ...kl }),
  z.strictObject({ kind: z.literal('contractive'), weight: number }),
  z.strictObject({ kind: z.literal('variational'), ...variational }),
  z.strictObject({ kind: z.literal('conditional'), context: z.array(z.string()), ...variational }),
  z.strictObject({ kind: z.literal('stacked'), pretrainingShare: number }),
])
const corruptionSchedule = z.enum(['constant', 'rising', 'falling'])
const cellLoss = z.enum([
  'squared',
  'absolute',
  'huber',
  'log-cosh',
  'binary-cross-entropy',
  'gaussian-likelihood',
])
const rowLoss = z.enum(['log1p', 'mean'])
const shape = z.enum(['cosine', 'linear', 'constant'])

/**
 * Settings as they are kept in files, with the model and with the run's record. Defaults are what the first version,
 * which had no such setting, always did.
 */
export const settingsSchema = z.strictObject({
  seed: z.number().int().nonnegative(),
  flavour: flavour.default({ kind: 'denoising' }),
  corruption,
  corruptionSchedule: corruptionSchedule.default('constant'),
  hidden: z.array(count),
  decoder: z.array(count).nullable().default(null),
  code: count.nullable(),
  copies: count.nullable(),
  steps: count,
  batchRows: count.nullable(),
  learningRate: number,
  learningRateSchedule: shape.default('cosine'),
  gradientLimit: number.nullable().default(null),
  loss: cellLoss.default('squared'),
  categoryLoss: z.enum(['same', 'softmax']).default('same'),
  rowLoss: rowLoss.default('log1p'),
  keepShare: number,
  softClip: z.boolean().default(true),
  validationShare: number,
  earlyStopping: count.nullable().default(null),
})

const place = z.number().int().nonnegative()
const specSchema = z.strictObject({
  features: count,
  context: z.array(place),
  copies: count,
  layers: z.array(count).min(1),
  codeLayer: place,
  code: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('plain') }),
    z.strictObject({ kind: z.literal('l1'), weight: number }),
    z.strictObject({ kind: z.literal('kl'), weight: number, target: number }),
    z.strictObject({ kind: z.literal('contractive'), weight: number }),
    z.strictObject({ kind: z.literal('variational'), ...variational }),
  ]),
  activation: z.enum(['silu', 'linear']),
  initialScales: z.array(number),
  inputDivisor: number.positive(),
  corruption,
  corruptionSchedule,
  cellLoss,
  categories: z.array(z.strictObject({ from: place, to: place })),
  ranges: z.strictObject({ low: z.array(number), high: z.array(number) }).nullable(),
  rowLoss,
  trim: z.strictObject({ keepShare: number, warmUpShare: number }),
  optimiser: z.strictObject({
    beta1: number,
    beta2: number,
    epsilon: number,
    gradientLimit: number.nullable(),
  }),
  schedule: z.strictObject({
    steps: count,
    pretrainingSteps: place,
    peakLearningRate: number,
    warmUpShare: number,
    shape,
  }),
  batchRows: count,
  seed: z.number().int(),
  hasMissing: z.boolean(),
})

const modelSchema = z.strictObject({
  format: z.literal('residual-model'),
  version: z.literal(1),
  encoder: z.unknown(),
  settings: settingsSchema,
  spec: specSchema,
  state: z.strictObject({ step: z.number().int().nonnegative(), random: z.array(z.number()) }),
  engine: z.string(),
  rows: count,
})

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (thrown) {
    throw damaged(thrown instanceof Error ? thrown.message : 'not JSON')
  }
}

function damaged(detail: string): Failure {
  return new Failure('bad-request', `The saved model is damaged (${detail}). Train it again.`)
}
