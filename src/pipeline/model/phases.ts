import type { TrainingPhase, TrainingSettings } from '../../contract/records.ts'
import type { ModelSpec } from '../../engine/engine.ts'
import { phasesOf } from '../../engine/program/phases.ts'

/**
 * The parts of a training that have goals of their own, in order: each of the encoder's layers, then all together.
 * None where nothing is trained (principal components).
 */
export function trainingPhases(input: {
  readonly settings: TrainingSettings
  readonly spec: ModelSpec
}): TrainingPhase[] {
  if (input.settings.flavour.kind === 'pca') return []
  return phasesOf(input.spec).map(({ title, fromStep }) => ({ title, fromStep }))
}
