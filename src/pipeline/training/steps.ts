import { Failure } from '../../contract/failure.ts'
import type { LossPoint } from '../../contract/records.ts'
import type { Matrix, Session } from '../../engine/engine.ts'
import type { EarlyStopping } from './earlyStopping.ts'

/** Steps run between two looks at the cancel signal take about this long. */
const chunkMilliseconds = 50
export const mostLossPoints = 200
/** Evaluating the validation rows may take at most this share of the training time. */
export const evaluationShare = 0.15

export interface TrainingProgress {
  readonly step: number
  readonly steps: number
  /** A new point of the loss curve, when one is due. */
  readonly point?: LossPoint
}

/** Sums over the steps since the last point of the curve. */
export interface Pending {
  readonly steps: number
  readonly loss: number
  readonly squaredNorm: number
}

export const nothingPending: Pending = { steps: 0, loss: 0, squaredNorm: 0 }

export interface StepsInput {
  readonly session: Session
  /** The step to start from, and what the last point before it left over. */
  readonly from: { readonly step: number; readonly pending: Pending }
  readonly steps: number
  readonly validation: Matrix | null
  readonly earlyStopping: EarlyStopping | null
  readonly signal: AbortSignal
  readonly onProgress: ((progress: TrainingProgress) => void) | undefined
  readonly giveWay: () => Promise<void>
}

export interface StepsDone {
  readonly curve: readonly LossPoint[]
  readonly pending: Pending
  /** Whether nothing is left to do: the last step was done, or early stopping ended the training. */
  readonly complete: boolean
}

/** Trains in chunks until the last step, a cancel or an early stop. */
export async function runSteps(input: StepsInput): Promise<StepsDone> {
  const { session, steps, earlyStopping, signal, onProgress, giveWay } = input
  const curve: LossPoint[] = []
  const stepsPerPoint = Math.ceil(steps / mostLossPoints)
  const validate = validator(input)
  let { step, pending } = input.from
  let isStopped = false
  let millisecondsPerStep = chunkMilliseconds
  let isFirstChunk = true
  while (step < steps && !isStopped && !signal.aborted) {
    const chunkStarted = performance.now()
    // Early stopping looks at every point, so none may lie inside a chunk.
    const most = earlyStopping ? stepsPerPoint - (step % stepsPerPoint) : steps
    const wanted = Math.max(1, Math.floor(chunkMilliseconds / millisecondsPerStep))
    const { losses, gradientNorms } = await session.train(Math.min(wanted, most, steps - step))
    const milliseconds = performance.now() - chunkStarted
    if (losses.length === 0) throw new Error(`The engine stopped at step ${step} of ${steps}`)
    // The first step includes compiling. After it at most four times as many: early chunks are slower than the rest.
    if (!isFirstChunk) millisecondsPerStep = Math.max(milliseconds / losses.length, millisecondsPerStep / 4)
    isFirstChunk = false
    checkFinite(losses, step)
    const points: (LossPoint & { validation: number | null })[] = []
    for (const [index, loss] of losses.entries()) {
      step++
      pending = added(pending, loss, gradientNorms[index] ?? 0)
      if (step % stepsPerPoint !== 0 && step !== steps) continue
      points.push(pointAt(step, pending))
      pending = nothingPending
    }
    const last = points.at(-1)
    await giveWay()
    if (last) {
      last.validation = await validate(milliseconds, step === steps)
      if (earlyStopping && last.validation !== null)
        isStopped = earlyStopping.see(step, last.validation, () => session.state().weights)
    }
    curve.push(...points)
    if (!last) onProgress?.({ step, steps })
    for (const point of points) onProgress?.({ step: point.step, steps, point })
    await giveWay()
  }
  return { curve, pending, complete: isStopped || step >= steps }
}

const added = ({ steps, loss, squaredNorm }: Pending, stepLoss: number, norm: number): Pending => ({
  steps: steps + 1,
  loss: loss + stepLoss,
  squaredNorm: squaredNorm + norm ** 2,
})

const pointAt = (step: number, { steps, loss, squaredNorm }: Pending) => ({
  step,
  train: loss / steps,
  validation: null,
  gradientNorm: Math.sqrt(squaredNorm / steps),
})

/** Evaluates the validation rows as often as its share of the time allows, and at the end; for early stopping always. */
function validator({ session, validation, earlyStopping }: StepsInput) {
  let trained = 0
  let cost = 0
  let isFirst = true
  return async (milliseconds: number, isLast: boolean): Promise<number | null> => {
    trained += milliseconds
    const isDue = isLast || earlyStopping !== null || trained * evaluationShare >= cost
    if (!validation || !isDue) return null
    const started = performance.now()
    const loss = await session.evaluate(validation)
    // The first evaluation also builds its graph; counted, it would leave a hole of half the curve.
    cost = isFirst ? 0 : performance.now() - started
    isFirst = false
    trained = 0
    return loss
  }
}

/** @throws Failure `engine` where a loss or a weight is not a number any more */
export function checkFinite(values: Float32Array, step: number): void {
  if (values.every(Number.isFinite)) return
  throw new Failure(
    'engine',
    `Training ran away: after step ${step} the loss is no longer a number. Lower the learning rate, or go back to Auto's settings, and train again.`,
    { step },
  )
}
