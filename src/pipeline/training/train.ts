import { setImmediate } from 'node:timers/promises'
import { Failure } from '../../contract/failure.ts'
import type { LossPoint, TrainingSettings } from '../../contract/records.ts'
import type { Engine, Matrix, ModelSpec, Session } from '../../engine/engine.ts'
import type { Encoder } from '../features/encoder.ts'
import { splitValidation } from './split.ts'
import type { TrainedModel } from './trainedModel.ts'

/** Steps run between two looks at the cancel signal take about this long. */
const chunkMilliseconds = 40
const mostLossPoints = 200
/** Evaluating the validation rows may take at most this share of the training time. */
const evaluationShare = 0.15

export interface TrainingProgress {
  readonly step: number
  readonly steps: number
  /** A new point of the loss curve, when one is due. */
  readonly point?: LossPoint
}

export interface Training {
  readonly model: TrainedModel
  /** False when it was cancelled before the last step; `model.state.step` says how far it came. */
  readonly complete: boolean
  readonly curve: readonly LossPoint[]
}

/**
 * Trains a model on encoded rows. A cancel after the first chunk keeps what was reached.
 * @throws Failure `engine` when the loss stops being a number; AbortError when cancelled before any step.
 */
export async function trainModel(input: {
  readonly engine: Engine
  readonly encoder: Encoder
  readonly settings: TrainingSettings
  readonly spec: ModelSpec
  readonly matrix: Matrix
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined
  /** Awaited between chunks, so that other work of this thread comes first. */
  readonly giveWay?: (() => Promise<void>) | undefined
}): Promise<Training> {
  const { engine, encoder, settings, spec, matrix, signal, onProgress } = input
  const giveWay = input.giveWay ?? (() => setImmediate())
  const { drawFrom, validation } = splitValidation({
    matrix,
    share: settings.validationShare,
    seed: spec.seed,
  })
  signal.throwIfAborted()
  const session = await engine.open(spec, matrix, undefined, drawFrom ?? undefined)
  try {
    const curve = await runSteps({
      session,
      steps: spec.schedule.steps,
      validation,
      signal,
      onProgress,
      giveWay,
    })
    const state = session.state()
    checkFinite(state.weights, state.step)
    if (state.step === 0) signal.throwIfAborted()
    const model: TrainedModel = { encoder, settings, spec, state, engine: engine.name, rows: matrix.rows }
    return { model, complete: state.step >= spec.schedule.steps, curve }
  } finally {
    await session.close()
  }
}

async function runSteps(input: {
  readonly session: Session
  readonly steps: number
  readonly validation: Matrix | null
  readonly signal: AbortSignal
  readonly onProgress: ((progress: TrainingProgress) => void) | undefined
  readonly giveWay: () => Promise<void>
}): Promise<LossPoint[]> {
  const { session, steps, validation, signal, onProgress, giveWay } = input
  const curve: LossPoint[] = []
  const stepsPerPoint = Math.ceil(steps / mostLossPoints)
  const validate = validator(session, validation)
  let step = 0
  let millisecondsPerStep = chunkMilliseconds
  let pending: number[] = []
  while (step < steps && !signal.aborted) {
    const chunkStarted = performance.now()
    const wanted = Math.max(1, Math.floor(chunkMilliseconds / millisecondsPerStep))
    const { losses } = await session.train(Math.min(wanted, steps - step))
    const milliseconds = performance.now() - chunkStarted
    if (losses.length === 0) throw new Error(`The engine stopped at step ${step} of ${steps}`)
    // The first step includes compiling. After it at most doubling: early chunks are slower than the rest.
    if (step > 0) millisecondsPerStep = Math.max(milliseconds / losses.length, millisecondsPerStep / 2)
    checkFinite(losses, step)
    const points: (LossPoint & { validation: number | null })[] = []
    for (const loss of losses) {
      step++
      pending.push(loss)
      if (step % stepsPerPoint !== 0 && step !== steps) continue
      points.push({ step, train: mean(pending), validation: null, gradientNorm: null })
      pending = []
    }
    const last = points.at(-1)
    await giveWay()
    if (last) last.validation = await validate(milliseconds, step === steps)
    curve.push(...points)
    if (!last) onProgress?.({ step, steps })
    for (const point of points) onProgress?.({ step: point.step, steps, point })
    await giveWay()
  }
  return curve
}

/** Evaluates the validation rows as often as its share of the time allows, and at the end. */
function validator(session: Session, validation: Matrix | null) {
  let trained = 0
  let cost = 0
  let isFirst = true
  return async (milliseconds: number, isLast: boolean): Promise<number | null> => {
    trained += milliseconds
    if (!validation || (!isLast && trained * evaluationShare < cost)) return null
    const started = performance.now()
    const loss = await session.evaluate(validation)
    // The first evaluation also builds its graph; counted, it would leave a hole of half the curve.
    cost = isFirst ? 0 : performance.now() - started
    isFirst = false
    trained = 0
    return loss
  }
}

function checkFinite(values: Float32Array, step: number): void {
  if (values.every(Number.isFinite)) return
  throw new Failure(
    'engine',
    `Training ran away: after step ${step} the loss is no longer a number. Lower the learning rate, or go back to Auto's settings, and train again.`,
    { step },
  )
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
