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

const corruption = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('gaussian'), sigma: z.number() }),
  z.strictObject({ kind: z.literal('masking'), rate: z.number() }),
  z.strictObject({ kind: z.literal('swap'), rate: z.number() }),
])
const count = z.number().int().positive()

/** Settings as they are kept in files, with the model and with the run's record. */
export const settingsSchema = z.strictObject({
  seed: z.number().int().nonnegative(),
  corruption,
  hidden: z.array(count),
  code: count.nullable(),
  copies: count.nullable(),
  steps: count,
  batchRows: count.nullable(),
  learningRate: z.number(),
  keepShare: z.number(),
  validationShare: z.number(),
})

const specSchema = z.strictObject({
  features: count,
  copies: count,
  layers: z.array(count).min(1),
  activation: z.literal('silu'),
  initialScales: z.array(z.number()),
  inputDivisor: z.number().positive(),
  corruption: z.union([corruption, z.strictObject({ kind: z.literal('none') })]),
  rowLoss: z.enum(['log1p', 'squared']),
  trim: z.strictObject({ keepShare: z.number(), warmUpShare: z.number() }),
  optimiser: z.strictObject({ beta1: z.number(), beta2: z.number(), epsilon: z.number() }),
  schedule: z.strictObject({ steps: count, peakLearningRate: z.number(), warmUpShare: z.number() }),
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
