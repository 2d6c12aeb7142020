import type { TrainingPhase } from '../../contract/records.ts'
import type { ModelSpec } from '../../engine/engine.ts'

/** The parts of a training that have goals of their own, in order: each of the encoder's layers, then all together. */
export function trainingPhases({ codeLayer, schedule }: ModelSpec): TrainingPhase[] {
  const { pretrainingSteps } = schedule
  if (pretrainingSteps === 0) return [{ title: 'Training', fromStep: 0 }]
  const layers = codeLayer + 1
  return [
    ...Array.from({ length: layers }, (_, layer) => ({
      title: `Pretraining layer ${layer + 1}`,
      fromStep: Math.floor((layer * pretrainingSteps) / layers),
    })),
    { title: 'Training all layers', fromStep: pretrainingSteps },
  ]
}
