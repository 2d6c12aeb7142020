import { setImmediate } from 'node:timers/promises'
import type { LossPoint, Threshold, ThresholdSuggestion, TrainingSettings } from '../contract/records.ts'
import type { Engine, Matrix } from '../engine/engine.ts'
import { holdsMissing } from '../engine/session/batches.ts'
import type { Table } from './dataset/table.ts'
import { encodeTable } from './features/encode.ts'
import { featureCount } from './features/encoder.ts'
import { fitEncoder } from './features/fit.ts'
import { checkSettings } from './model/checkSettings.ts'
import { planModel } from './model/plan.ts'
import { type Ranking, rankScores } from './scoring/rank.ts'
import { openScorer } from './scoring/scorer.ts'
import { suggestThresholds } from './threshold/suggest.ts'
import { type TrainingProgress, trainModel } from './training/train.ts'
import type { TrainedModel } from './training/trainedModel.ts'

export type DetectProgress =
  | { readonly phase: 'features'; readonly share: number }
  | ({ readonly phase: 'training' } & TrainingProgress)
  | { readonly phase: 'scoring'; readonly share: number }

export interface Detection extends Ranking {
  readonly model: TrainedModel
  /** False when training was cancelled and what it had reached was scored. */
  readonly complete: boolean
  /** One a row, in row order. */
  readonly scores: Float32Array
  readonly threshold: Threshold
  readonly suggestions: readonly ThresholdSuggestion[]
  readonly seconds: { readonly features: number; readonly train: number; readonly score: number }
  readonly curve: readonly LossPoint[]
  readonly stepsDone: number
  readonly trainableParameters: number
  readonly features: number
}

/**
 * The whole of detection: learns what is usual in a table and scores each of its rows by how badly it fits.
 * Reads columns with role `feature` only, so labels cannot influence anything here.
 * @throws Failure `too-few-rows`, `no-usable-columns`, `bad-request`, `engine`; AbortError when cancelled
 * before the first step (from then on, what was reached is scored and kept).
 */
export async function detect(input: {
  readonly table: Table
  readonly settings?: Partial<TrainingSettings> | undefined
  readonly engine: Engine
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: DetectProgress) => void) | undefined
  /** Awaited between chunks of training, so that calls of a person come first. */
  readonly giveWay?: (() => Promise<void>) | undefined
}): Promise<Detection> {
  const { table, engine, signal, onProgress } = input
  const clock = stopwatch()
  // Before the work that a refusal would make useless: first what needs no table, then what needs only its size.
  checkSettings(input.settings ?? {})
  const encoder = await fitEncoder({ table, signal })
  const features = featureCount(encoder)
  const plan = planModel({ settings: input.settings, rows: table.rows, features, hasMissing: false })
  const matrix = await encodeTable({
    table,
    encoder,
    signal,
    onProgress: (share) => onProgress?.({ phase: 'features', share }),
  })
  const { settings, trainableParameters } = plan
  const spec = { ...plan.spec, hasMissing: holdsMissing(matrix) }
  const featuresSeconds = clock()
  const { model, complete, curve } = await trainModel({
    engine,
    encoder,
    settings,
    spec,
    matrix,
    signal,
    giveWay: input.giveWay,
    onProgress: (progress) => onProgress?.({ phase: 'training', ...progress }),
  })
  const trainSeconds = clock()
  const scores = await scoreRows({ engine, model, matrix, onProgress })
  const { order, sorted } = rankScores(scores)
  await setImmediate()
  const suggestions = suggestThresholds(sorted)
  const proposed = suggestions.find((suggestion) => suggestion.proposed)
  if (!proposed) throw new Error('No threshold was proposed')
  const { rule, value, cut, flagged } = proposed
  return {
    model,
    complete,
    scores,
    order,
    sorted,
    threshold: { rule, value, cut, flagged },
    suggestions,
    seconds: { features: featuresSeconds, train: trainSeconds, score: clock() },
    curve,
    stepsDone: model.state.step,
    trainableParameters,
    features,
  }
}

async function scoreRows(input: {
  readonly engine: Engine
  readonly model: TrainedModel
  readonly matrix: Matrix
  readonly onProgress: ((progress: DetectProgress) => void) | undefined
}): Promise<Float32Array> {
  const { engine, model, matrix, onProgress } = input
  const scorer = await openScorer({ engine, model })
  try {
    const report = (share: number) => onProgress?.({ phase: 'scoring', share })
    return (await scorer.scoreMatrix(matrix, report)).scores
  } finally {
    await scorer.close()
  }
}

/** Seconds since the last call. */
function stopwatch(): () => number {
  let last = performance.now()
  return () => {
    const seconds = (performance.now() - last) / 1000
    last = performance.now()
    return seconds
  }
}
