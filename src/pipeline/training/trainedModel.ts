import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../../contract/failure.ts'
import type { TrainingSettings } from '../../contract/records.ts'
import { copyInBlocks, inBlocks } from '../../engine/blocks.ts'
import type { ModelSpec, TrainingState } from '../../engine/engine.ts'
import { type Encoder, featureCount, parseEncoder } from '../features/encoder.ts'
import { plannedSpec } from '../model/plan.ts'
import { needsRanges } from '../model/ranges.ts'
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

/** Parts of a model for its files; millions of weights are copied in blocks, so that other calls pass in between. */
export async function serialiseModel(model: TrainedModel): Promise<SerialisedModel> {
  const { weights, firstMoment, secondMoment } = model.state
  const vectors = [weights, firstMoment, secondMoment]
  if (model.unfinished?.latestWeights) vectors.push(model.unfinished.latestWeights)
  const numbers = new Float32Array(weights.length * vectors.length)
  for (const [index, vector] of vectors.entries()) await copyInBlocks(numbers, vector, index * weights.length)
  return { json: describeModel(model), numbers }
}

/** The JSON of a model: everything but its numbers. */
export function describeModel({ state, unfinished, ...rest }: TrainedModel): string {
  const { weights: _1, firstMoment: _2, secondMoment: _3, ...counters } = state
  const content = {
    format: 'residual-model',
    version: 2,
    ...rest,
    state: counters,
    unfinished: unfinished && { pending: unfinished.pending, best: unfinished.best },
  }
  return JSON.stringify(content)
}

/** A model without its numbers, checked. */
export interface ModelDescription extends Omit<TrainedModel, 'state' | 'unfinished'> {
  readonly state: Pick<TrainingState, 'step' | 'random'>
  readonly unfinished: Omit<UnfinishedState, 'latestWeights'> | null
  /** How many weights the network has. */
  readonly weights: number
}

/** Reads a model back. Throws Failure `bad-request` when its parts are damaged or do not belong together. */
export async function parseModel({ json, numbers }: SerialisedModel): Promise<TrainedModel> {
  const { weights: count, unfinished, state, ...rest } = parseDescription(json)
  const vectors = unfinished?.best ? 4 : 3
  if (numbers.length !== count * vectors) {
    throw damaged(`${numbers.length} numbers where the network needs ${count * vectors}`)
  }
  await checkNumbers(numbers)
  const part = async (index: number) => {
    const vector = new Float32Array(count)
    await copyInBlocks(vector, numbers.subarray(index * count, (index + 1) * count))
    return vector
  }
  return {
    ...rest,
    state: { ...state, weights: await part(0), firstMoment: await part(1), secondMoment: await part(2) },
    unfinished: unfinished && { ...unfinished, latestWeights: unfinished.best ? await part(3) : null },
  }
}

/** Reads a model that is not trained on any more: without the optimiser's memory. Throws as `parseModel`. */
export async function parseFinalModel(json: string, weights: Float32Array): Promise<TrainedModel> {
  const { weights: count, unfinished: _unfinished, state, ...rest } = parseDescription(json)
  if (weights.length !== count) throw damaged(`${weights.length} weights where its network needs ${count}`)
  await checkNumbers(weights)
  const none = new Float32Array(count)
  return { ...rest, state: { ...state, weights, firstMoment: none, secondMoment: none }, unfinished: null }
}

/** Nothing is made whose size the text decides before the text is known to fit its own settings. */
function parseDescription(json: string): ModelDescription {
  if (json.length > longestJson) throw damaged('its description is too long')
  const parsed = modelSchema.safeParse(parseJson(json))
  if (!parsed.success) {
    const first = parsed.error.issues[0]
    throw damaged(first ? `${first.path.join('.')}: ${first.message}` : 'unreadable')
  }
  const { format: _format, version: _version, ...rest } = parsed.data
  const encoder = parseEncoder(rest.encoder)
  if (featureCount(encoder) !== rest.spec.features) throw damaged('encoder and network differ in features')
  const planned = plannedSpec({ settings: rest.settings, rows: rest.rows, encoder })
  const found = new Map(Object.entries(whatScores(rest.spec)))
  for (const [name, value] of Object.entries(whatScores(planned.spec))) {
    if (!isDeepStrictEqual(value, found.get(name)))
      throw damaged(`"${name}" of its network is not what its settings say`)
  }
  if ((rest.spec.ranges !== null) !== needsRanges(rest.spec)) throw damaged('ranges do not fit its losses')
  return { ...rest, encoder, weights: planned.trainableParameters }
}

/** Without what the rows say, and what a version of Residual finds best to train with: the next may find otherwise. */
function whatScores({ ranges: _1, hasMissing: _2, ...rest }: ModelSpec) {
  const { initialScales: _3, trim: _4, optimiser: _5, schedule: _6, ...scores } = rest
  return scores
}

async function checkNumbers(numbers: Float32Array): Promise<void> {
  // Loops, since there may be a hundred million.
  await inBlocks(numbers.length, (from, to) => {
    for (let place = from; place < to; place++) {
      if (!Number.isFinite(numbers[place])) throw damaged('a weight is not a number')
    }
  })
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
