import type { Tensor } from '@tensorflow/tfjs-core'
import type { SessionInput, StepInput, Tensors } from '../inputs.ts'
import type { CleanRows } from '../loss.ts'

/** What a step does to its clean rows before the network sees them, and the inputs it needs for that. */
export interface Corruption {
  readonly sessionInputs: readonly SessionInput[]
  readonly stepInputs: readonly StepInput[]
  /**
   * `clean.values` [copies, rows, features] with the noise of this step: the same shape. Cells that do not count,
   * missing or context, stay as they are.
   */
  apply(clean: CleanRows, inputs: Tensors): Tensor
}
