import type { TrainingPhase } from '../../contract/records.ts'
import type { ModelSpec } from '../../engine/engine.ts'
import { phasesOf } from '../../engine/program/phases.ts'

/** The parts of a training that have goals of their own, in order: each of the encoder's layers, then all together. */
export const trainingPhases = (spec: ModelSpec): TrainingPhase[] =>
  phasesOf(spec).map(({ title, fromStep }) => ({ title, fromStep }))
