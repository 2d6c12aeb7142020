import { setImmediate } from 'node:timers/promises'
import type { LossPoint, TrainingSettings } from '../../contract/records.ts'
import type { Engine, Matrix, ModelSpec } from '../../engine/engine.ts'
import { fitPrincipalComponents } from '../../engine/principalComponents.ts'
import type { Encoder } from '../features/encoder.ts'
import { componentRows } from './componentRows.ts'
import { createEarlyStopping, type EarlyStopping } from './earlyStopping.ts'
import { splitValidation } from './split.ts'
import { checkFinite, nothingPending, runSteps, type TrainingProgress } from './steps.ts'
import type { TrainedModel } from './trainedModel.ts'

export type { TrainingProgress } from './steps.ts'

export interface Training {
  readonly model: TrainedModel
  /** False when it was cancelled before its end; `model.state.step` says how far it came. */
  readonly complete: boolean
  readonly curve: readonly LossPoint[]
  /** The step whose weights are the model's, where early stopping went back to it; null = the last one. */
  readonly bestStep: number | null
}

/** A training that was cancelled, as it was kept. */
export interface Unfinished {
  readonly model: TrainedModel
  readonly curve: readonly LossPoint[]
}

/**
 * Trains a model on encoded rows. A cancel after the first chunk keeps what was reached; with `resume` such a
 * training goes on and ends as if it had never stopped, given the same rows.
 * @throws Failure `engine` when the loss stops being a number; AbortError when cancelled before any step.
 */
export async function trainModel(input: TrainingInput): Promise<Training> {
  const split = splitValidation({
    matrix: input.matrix,
    share: input.settings.validationShare,
    seed: input.spec.seed,
  })
  input.signal.throwIfAborted()
  return input.settings.flavour.kind === 'pca' ? computeComponents(input, split) : runTraining(input, split)
}

interface TrainingInput {
  readonly engine: Engine
  readonly encoder: Encoder
  readonly settings: TrainingSettings
  readonly spec: ModelSpec
  readonly matrix: Matrix
  readonly signal: AbortSignal
  readonly resume?: Unfinished | undefined
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined
  /** Awaited between chunks, so that other work of this thread comes first. */
  readonly giveWay?: (() => Promise<void>) | undefined
}

type Split = ReturnType<typeof splitValidation>

/** Principal components are computed, not trained: no step is done, and there is no curve. */
async function computeComponents(input: TrainingInput, { drawFrom }: Split): Promise<Training> {
  const { engine, encoder, settings, spec, matrix, signal, onProgress, giveWay } = input
  const { steps } = spec.schedule
  onProgress?.({ step: 0, steps })
  const state = await fitPrincipalComponents({
    spec,
    rows: matrix,
    drawFrom: componentRows({ rows: matrix.rows, drawFrom, seed: spec.seed }),
    keepShare: settings.keepShare,
    signal,
    giveWay,
  })
  checkFinite(state.weights, 0)
  onProgress?.({ step: steps, steps })
  const model: TrainedModel = {
    encoder,
    settings,
    spec,
    state: { ...state, step: 0 },
    unfinished: null,
    engine: engine.name,
    rows: matrix.rows,
  }
  return { model, complete: true, curve: [], bestStep: null }
}

async function runTraining(input: TrainingInput, { drawFrom, validation }: Split): Promise<Training> {
  const { engine, encoder, settings, spec, matrix, signal, resume, onProgress } = input
  const earlyStopping = openEarlyStopping(settings, spec, resume?.model)
  const begun = resume && latestState(resume.model)
  const session = await engine.open(spec, matrix, begun, drawFrom ?? undefined)
  try {
    const done = await runSteps({
      session,
      from: { step: begun?.step ?? 0, pending: resume?.model.unfinished?.pending ?? nothingPending },
      steps: spec.schedule.steps,
      validation,
      earlyStopping,
      signal,
      onProgress,
      giveWay: input.giveWay ?? (() => setImmediate()),
    })
    const latest = session.state()
    checkFinite(latest.weights, latest.step)
    if (latest.step === 0) signal.throwIfAborted()
    const { complete, pending } = done
    const best = earlyStopping?.best() ?? null
    const model: TrainedModel = {
      encoder,
      settings,
      spec,
      state: best ? { ...latest, weights: best.weights } : latest,
      unfinished: complete
        ? null
        : {
            pending,
            best: best && { step: best.step, loss: best.loss, waited: best.waited },
            latestWeights: best && latest.weights,
          },
      engine: engine.name,
      rows: matrix.rows,
    }
    return {
      model,
      complete,
      curve: [...(resume?.curve ?? []), ...done.curve],
      bestStep: best && best.step < latest.step ? best.step : null,
    }
  } finally {
    await session.close()
  }
}

/** The state that training goes on from: where the model has the best weights, with the latest instead. */
function latestState({ state, unfinished }: TrainedModel) {
  return { ...state, weights: unfinished?.latestWeights ?? state.weights }
}

function openEarlyStopping(
  { earlyStopping }: TrainingSettings,
  spec: ModelSpec,
  resumed: TrainedModel | undefined,
): EarlyStopping | null {
  if (earlyStopping === null) return null
  const best = resumed?.unfinished?.best
  const from = resumed && best ? { ...best, weights: resumed.state.weights } : null
  return createEarlyStopping({ spec, patience: earlyStopping, from })
}
