import { Failure } from '../../contract/failure.ts'
import type { TrainingSettings } from '../../contract/records.ts'
import type { ModelSpec, TrainingState } from '../../engine/engine.ts'
import { denseLayout } from '../../engine/program/layout.ts'
import { type Encoder, featureCount, parseEncoder } from '../features/encoder.ts'
import { checkSettings } from '../model/checkSettings.ts'
import { checkModelSize } from '../model/checkSize.ts'
import type { Best } from './earlyStopping.ts'
import { modelSchema } from './modelSchema.ts'
import type { Pending } from './steps.ts'

export { settingsSchema } from './settingsSchema.ts'

/** Everything that scores a row: how it is encoded, the network, and its weights. */
export interface TrainedModel {
  readonly encoder: Encoder
  readonly settings: TrainingSettings
  readonly spec: ModelSpec
  /** Its weights are the model's: with early stopping the best, else the last. */
  readonly state: TrainingState
  /** What going on with the training needs besides `state`; null once the training is over. */
  readonly unfinished: UnfinishedState | null
  /** Name of the engine that trained it. */
  readonly engine: string
  /** Rows of the table that it was trained for. */
  readonly rows: number
}

export interface UnfinishedState {
  /** What the loss curve's next point has gathered. */
  readonly pending: Pending
  /** With early stopping: the point whose weights `state` has. */
  readonly best: Best | null
  /** The weights reached, where `state` has better ones. */
  readonly latestWeights: Float32Array | null
}

/** A model as two files: readable JSON, and the numbers of the state as little-endian 32-bit floats. */
export interface SerialisedModel {
  readonly json: string
  /** Weights, first moment, second moment and, where `unfinished` has them, latest weights, one after the other. */
  readonly numbers: Float32Array
}

/** Longer JSON is no model of ours: a thousand columns with a hundred values each take some ten million characters. */
const longestJson = 200_000_000

export function serialiseModel({ state, unfinished, ...rest }: TrainedModel): SerialisedModel {
  const { weights, firstMoment, secondMoment, ...counters } = state
  const vectors = [weights, firstMoment, secondMoment]
  if (unfinished?.latestWeights) vectors.push(unfinished.latestWeights)
  const numbers = new Float32Array(weights.length * vectors.length)
  for (const [index, vector] of vectors.entries()) numbers.set(vector, index * weights.length)
  const content = {
    format: 'residual-model',
    version: 2,
    ...rest,
    state: counters,
    unfinished: unfinished && { pending: unfinished.pending, best: unfinished.best },
  }
  return { json: JSON.stringify(content), numbers }
}

/** Reads a model back. Throws Failure `bad-request` when its parts are damaged or do not belong together. */
export function parseModel({ json, numbers }: SerialisedModel): TrainedModel {
  if (json.length > longestJson) throw damaged('its description is too long')
  const parsed = modelSchema.safeParse(parseJson(json))
  if (!parsed.success) {
    const first = parsed.error.issues[0]
    throw damaged(first ? `${first.path.join('.')}: ${first.message}` : 'unreadable')
  }
  const { format: _format, version: _version, state, unfinished, ...rest } = parsed.data
  const encoder = parseEncoder(rest.encoder)
  checkSettings(rest.settings)
  const count = denseLayout(rest.spec).size
  checkModelSize(rest.spec, count)
  if (featureCount(encoder) !== rest.spec.features) throw damaged('encoder and network differ in features')
  const vectors = unfinished?.best ? 4 : 3
  if (numbers.length !== count * vectors) {
    throw damaged(`${numbers.length} numbers where the network needs ${count * vectors}`)
  }
  if (!numbers.every(Number.isFinite)) throw damaged('a weight is not a number')
  const part = (index: number) => numbers.slice(index * count, (index + 1) * count)
  return {
    ...rest,
    encoder,
    state: { ...state, weights: part(0), firstMoment: part(1), secondMoment: part(2) },
    unfinished: unfinished && { ...unfinished, latestWeights: unfinished.best ? part(3) : null },
  }
}

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
