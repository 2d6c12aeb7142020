import type {
  LossPoint,
  Threshold,
  ThresholdSuggestion,
  TrainingPhase,
  TrainingSettings,
} from '../contract/records.ts'
import type { Engine, Matrix } from '../engine/engine.ts'
import type { Table } from './dataset/table.ts'
import { encodeTable } from './features/encode.ts'
import { type Encoder, featureCount } from './features/encoder.ts'
import { fitEncoder } from './features/fit.ts'
import { checkSameTable, type PreparedTable } from './features/prepare.ts'
import { checkCombinations, checkSettings } from './model/checkSettings.ts'
import { trainingPhases } from './model/phases.ts'
import { chosenSettings, planModel, withRows } from './model/plan.ts'
import { type Ranking, rankScores } from './scoring/rank.ts'
import { openScorer } from './scoring/scorer.ts'
import { suggestThresholds } from './threshold/suggest.ts'
import { type TrainingProgress, trainModel, type Unfinished } from './training/train.ts'
import type { TrainedModel } from './training/trainedModel.ts'

export type DetectProgress =
  | { readonly phase: 'features'; readonly share: number }
  | ({ readonly phase: 'training' } & TrainingProgress)
  /** `complete`: whether training came to its end; if not, what it had reached is scored. */
  | { readonly phase: 'scoring'; readonly share: number; readonly complete: boolean }

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
  /** The step whose weights are the model's, where early stopping went back to it; null = the last one. */
  readonly bestStep: number | null
  readonly stepsDone: number
  /** In order; none where nothing was trained (principal components). */
  readonly phases: readonly TrainingPhase[]
  readonly trainableParameters: number
  readonly features: number
}

/**
 * The whole of detection: learns what is usual in a table and scores each of its rows by how badly it fits.
 * Reads columns with role `feature` only, so labels cannot influence anything here.
 * @throws Failure `too-few-rows`, `no-usable-columns`, `bad-request`, `engine`; AbortError when cancelled
 * before the first step (from then on, what was reached is scored and kept) or while a complete training is scored.
 */
export async function detect(input: {
  readonly table: Table
  readonly settings?: Partial<TrainingSettings> | undefined
  /** The table as `prepareTable` made it, so that several seeds share the work. */
  readonly prepared?: PreparedTable | undefined
  /** A training on this table that was cancelled: goes on with it, by its own settings, to the same end. */
  readonly resume?: Unfinished | undefined
  readonly engine: Engine
  readonly signal: AbortSignal
  /** Ends the scoring of a complete training; left out, `signal` does. */
  readonly scoringSignal?: AbortSignal | undefined
  readonly onProgress?: ((progress: DetectProgress) => void) | undefined
  /** Awaited between chunks of training, so that calls of a person come first. */
  readonly giveWay?: (() => Promise<void>) | undefined
}): Promise<Detection> {
  const { table, engine, signal, onProgress, resume } = input
  const clock = stopwatch()
  const settings = resume?.model.settings ?? input.settings
  const prepared =
    input.prepared ?? (await prepareTable({ table, settings, resume: resume?.model, signal, onProgress }))
  const { encoder, matrix } = prepared
  const plan = resume?.model ?? (await planFor({ table, settings, encoder, matrix, signal }))
  const featuresSeconds = clock()
  const { model, complete, curve, bestStep } = await trainModel({
    engine,
    encoder,
    settings: plan.settings,
    spec: plan.spec,
    matrix,
    signal,
    resume,
    giveWay: input.giveWay,
    onProgress: (progress) => onProgress?.({ phase: 'training', ...progress }),
  })
  const trainSeconds = clock()
  const stop = input.scoringSignal ?? signal
  const scores = await scoreRows({
    engine,
    model,
    matrix,
    onProgress: (share) => onProgress?.({ phase: 'scoring', share, complete }),
    // Who cancelled before this wants what was reached, and that takes scores.
    signal: complete && !stop.aborted ? stop : undefined,
  })
  const { order, sorted } = await rankScores(scores)
  const suggestions = await suggestThresholds(sorted)
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
    bestStep,
    phases: trainingPhases(model),
    stepsDone: model.state.step,
    trainableParameters: model.state.weights.length,
    features: matrix.columns,
  }
}

/**
 * Learns how to encode a table and encodes it, for one training or several with the same `softClip`. What a training
 * with these settings would be refused for is refused before.
 * @param input.resume encodes as this model does
 * @throws as `detect`
 */
export async function prepareTable(input: {
  readonly table: Table
  readonly settings?: Partial<TrainingSettings> | undefined
  readonly resume?: TrainedModel | undefined
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: DetectProgress) => void) | undefined
}): Promise<PreparedTable> {
  const { table, resume, signal, onProgress } = input
  // Before the work that a refusal would make useless: first what needs no table, then what needs only its size.
  checkSettings(input.settings ?? {})
  const chosen = chosenSettings(input.settings)
  checkCombinations(chosen, null)
  if (resume) checkSameTable({ table, encoder: resume.encoder, rows: resume.rows })
  const encoder = resume?.encoder ?? (await fitEncoder({ table, signal, softClip: chosen.softClip }))
  planModel({
    settings: input.settings,
    rows: table.rows,
    features: featureCount(encoder),
    hasMissing: false,
    encoder,
  })
  const matrix = await encodeTable({
    table,
    encoder,
    signal,
    onProgress: (share) => onProgress?.({ phase: 'features', share }),
  })
  return { encoder, matrix }
}

async function planFor(input: {
  readonly table: Table
  readonly settings: Partial<TrainingSettings> | undefined
  readonly encoder: Encoder
  readonly matrix: Matrix
  readonly signal: AbortSignal
}): Promise<Pick<TrainedModel, 'settings' | 'spec'>> {
  const { table, settings, encoder, matrix, signal } = input
  const plan = planModel({
    settings,
    rows: table.rows,
    features: matrix.columns,
    hasMissing: false,
    encoder,
  })
  return { settings: plan.settings, spec: await withRows(plan.spec, matrix, signal) }
}

async function scoreRows(input: {
  readonly engine: Engine
  readonly model: TrainedModel
  readonly matrix: Matrix
  readonly onProgress: (share: number) => void
  readonly signal: AbortSignal | undefined
}): Promise<Float32Array> {
  const { engine, model, matrix, onProgress, signal } = input
  const scorer = await openScorer({ engine, model })
  try {
    onProgress(0)
    return (await scorer.scoreMatrix(matrix, { onProgress, signal })).scores
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
