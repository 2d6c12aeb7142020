/** Rows x columns of 32-bit floats, row-major. A missing cell is NaN: it enters as 0 and leaves loss and score. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float32Array
}

/** What one training step changes in its input before the network sees it; the target stays clean. */
export type CorruptionSpec =
  | { readonly kind: 'none' }
  | { readonly kind: 'gaussian'; readonly sigma: number }
  | { readonly kind: 'masking'; readonly rate: number }
  | { readonly kind: 'swap'; readonly rate: number }

/** A network and its training, as data: everything a session needs besides the rows. */
export interface ModelSpec {
  readonly features: number
  /** Independent networks trained side by side in one batched graph. */
  readonly copies: number
  /** Nodes per dense layer between input and output, code included, for example [64, 8, 64]. */
  readonly layers: readonly number[]
  readonly activation: 'silu'
  /** Variance-scaling factor of the uniform initial weights, one per weight matrix (layers.length + 1). */
  readonly initialScales: readonly number[]
  /** The input is divided by this before the first layer (sqrt(1 + sigma^2) for Gaussian noise). */
  readonly inputDivisor: number
  readonly corruption: CorruptionSpec
  /** Per-row loss: log1p of the mean squared error over present cells, or the error itself. */
  readonly rowLoss: 'log1p' | 'squared'
  /** After `warmUpShare` of the steps only this share of the batch's rows, those with the smallest loss, counts. */
  readonly trim: { readonly keepShare: number; readonly warmUpShare: number }
  readonly optimiser: { readonly beta1: number; readonly beta2: number; readonly epsilon: number }
  readonly schedule: {
    readonly steps: number
    readonly peakLearningRate: number
    readonly warmUpShare: number
  }
  readonly batchRows: number
  readonly seed: number
  /** Whether any row has missing cells; without them the graph carries no masks. */
  readonly hasMissing: boolean
}

/** Everything that changes while training; saving and restoring it continues the same run exactly. */
export interface TrainingState {
  readonly step: number
  /** All parameters in one vector, in the order of program.ts. */
  readonly weights: Float32Array
  readonly firstMoment: Float32Array
  readonly secondMoment: Float32Array
  /** State of the seeded generator that draws batches and noise. */
  readonly random: readonly number[]
}

export interface ScoredRows {
  /** rows x features: squared error of each cell, averaged over the copies; 0 where the cell is missing. */
  readonly errors: Float32Array
  /** rows x features: reconstruction averaged over the copies, in encoded units. */
  readonly reconstruction: Float32Array
}

export interface Session {
  /**
   * Runs up to `steps` further training steps (fewer at the schedule's end) and returns the mean training
   * loss of each step, as trained on (after trimming). Blocks its thread for the chunk: size chunks to about 50 ms.
   */
  train(steps: number): Promise<Float32Array>
  /**
   * Mean loss of the given rows, corrupted and trimmed as the training loss of the last step, so that the two
   * can be compared; without an update. Its draws do not disturb training.
   */
  evaluate(rows: Matrix): Promise<number>
  /** Clean rows through the network once. Any number of rows; batches internally. */
  score(rows: Matrix): Promise<ScoredRows>
  state(): TrainingState
  close(): Promise<void>
}

/** Where a model runs. */
export interface Engine {
  readonly name: string
  /**
   * Starts from seeded initial weights, or continues from `state`. Nothing is compiled before it is used, so that
   * a session that only scores is cheap.
   * @param drawFrom numbers of the rows that training draws from; without it, all of them
   */
  open(spec: ModelSpec, rows: Matrix, state?: TrainingState, drawFrom?: Int32Array): Promise<Session>
}
