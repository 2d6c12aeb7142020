import type { Tensor } from '@tensorflow/tfjs-core'
import type { SessionInput, StepInput, Tensors } from '../inputs.ts'

/** What a step does to its clean rows before the network sees them, and the inputs it needs for that. */
export interface Corruption {
  readonly sessionInputs: readonly SessionInput[]
  readonly stepInputs: readonly StepInput[]
  /** `clean` [copies, rows, features], missing cells 0. Returns the same shape. */
  apply(clean: Tensor, inputs: Tensors): Tensor
}
