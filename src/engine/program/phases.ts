import type { TrainingPhase } from '../../contract/records.ts'
import type { ModelSpec } from '../engine.ts'

/** A part of the training with its own goal, learning-rate schedule and moments. */
export interface Phase extends TrainingPhase {
  /** First step after it. */
  readonly toStep: number
  /** Which layer of the encoder is pretrained; null where all layers are trained. */
  readonly layer: number | null
}

type Schedule = Pick<ModelSpec, 'codeLayer' | 'schedule'>

/** The phases of a training, in order. None is empty. */
export function phasesOf({ codeLayer, schedule }: Schedule): readonly Phase[] {
  const { steps } = schedule
  const pretraining = Math.min(schedule.pretrainingSteps, steps)
  if (pretraining <= 0) return [{ title: 'Training', fromStep: 0, toStep: steps, layer: null }]
  const layers = codeLayer + 1
  const start = (layer: number) => Math.floor((layer * pretraining) / layers)
  const phases = Array.from({ length: layers }, (_, layer): Phase => {
    return {
      title: `Pretraining layer ${layer + 1}`,
      fromStep: start(layer),
      toStep: start(layer + 1),
      layer,
    }
  })
  const last: Phase = { title: 'Training all layers', fromStep: pretraining, toStep: steps, layer: null }
  return [...phases, last].filter(({ fromStep, toStep }) => toStep > fromStep)
}

/** The phase that a step belongs to; after the last step, the last phase. */
export function phaseAt(spec: Schedule, step: number): Phase {
  const phases = phasesOf(spec)
  const phase = phases.find(({ toStep }) => step < toStep) ?? phases.at(-1)
  return phase ?? { title: 'Training', fromStep: 0, toStep: 0, layer: null }
}

/** How far a step lies in its phase, in steps, and how many the phase has. */
export function placeInPhase(
  spec: Schedule,
  step: number,
): { readonly step: number; readonly steps: number } {
  const { fromStep, toStep } = phaseAt(spec, step)
  return { step: step - fromStep, steps: toStep - fromStep }
}
