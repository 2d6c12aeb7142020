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

/** [1, batchRows, 1], together 1. Without it all rows of a batch count alike. */
export const rowWeights = 'row weights'

/** One kind of code, and the inputs that its training needs. */
export interface Code {
  readonly sessionInputs: readonly SessionInput[]
  readonly stepInputs: readonly StepInput[]
  /** Whether the batch as a whole is penalised. Then an input `rowWeights` says how much each of its rows counts. */
  readonly penalisesBatch: boolean
  /** `input` [copies, rows, features], corrupted, not yet divided. */
  train(parameters: Tensors, input: Tensor, inputs: Tensors): TrainedCode
}
