import type { ModelSpec } from '../../engine/engine.ts'
import { phasesOf } from '../../engine/program/phases.ts'

/** The lowest validation loss so far. */
export interface Best {
  readonly step: number
  readonly loss: number
  /** Points of the curve since, none of them better. */
  readonly waited: number
}

/** Watches the validation curve, point by point, and keeps the best weights. */
export interface EarlyStopping {
  /** Takes a point's loss and the weights that have it. True when training should stop. */
  see(step: number, loss: number, weights: () => Float32Array): boolean
  /** null before the first point that counts. */
  best(): (Best & { readonly weights: Float32Array }) | null
}

/**
 * Stops after `patience` points in a row that brought nothing better. It looks at steps and losses only, never at
 * the clock, so that a training that is repeated, or resumed, stops at the same step.
 * @param from where an earlier part of the training had come to
 */
export function createEarlyStopping(input: {
  readonly spec: ModelSpec
  readonly patience: number
  readonly from: (Best & { readonly weights: Float32Array }) | null
}): EarlyStopping {
  const { patience } = input
  const comparableFrom = firstComparableStep(input.spec)
  let best = input.from
  return {
    see(step, loss, weights) {
      if (step <= comparableFrom) return false
      if (best === null || loss < best.loss) best = { step, loss, waited: 0, weights: weights() }
      else best = { ...best, waited: best.waited + 1 }
      return best.waited >= patience
    },
    best: () => best,
  }
}

/** The step from which on the loss means the same: trimmed, with its whole penalty, of the whole network. */
function firstComparableStep(spec: ModelSpec): number {
  const last = phasesOf(spec).at(-1)
  if (!last) return 0
  const trimmed = spec.trim.keepShare < 1 ? spec.trim.warmUpShare : 0
  const weighted = spec.code.kind === 'variational' ? spec.code.warmUpShare : 0
  return last.fromStep + Math.max(trimmed, weighted) * (last.toStep - last.fromStep)
}
