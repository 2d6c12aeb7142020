import type { Tensor } from '@tensorflow/tfjs-core'
import type { SessionInput, StepInput, Tensors } from '../inputs.ts'

/** The code of a batch while training, and what it costs beside the reconstruction. */
export interface TrainedCode {
  /** [copies, rows, code]. */
  readonly code: Tensor
  /** Added to the mean cost of each row, before its logarithm and before trimming: [copies, rows]. */
  readonly rowPenalty: Tensor | null
  /** Added to the loss of a whole batch: [copies]. */
  readonly batchPenalty: Tensor | null
}

/** One kind of code, and the inputs that its training needs. */
export interface Code {
  readonly sessionInputs: readonly SessionInput[]
  readonly stepInputs: readonly StepInput[]
  /** `input` [copies, rows, features], corrupted, not yet divided. */
  train(parameters: Tensors, input: Tensor, inputs: Tensors): TrainedCode
}
