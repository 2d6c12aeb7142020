import type { CellLoss, Corruption, CorruptionSchedule, TrainingSettings } from '../contract/records.ts'

/** Rows x columns of 32-bit floats, row-major. A missing cell is NaN: it enters as 0 and leaves loss and score. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float32Array
}

/** What the narrowest layer is, and what is asked of it beside the reconstruction. */
export type CodeSpec =
  /** A layer like the others. */
  | { readonly kind: 'plain' }
  /** `weight` x mean absolute code. */
  | { readonly kind: 'l1'; readonly weight: number }
  /** Sigmoid code; `weight` x Kullback-Leibler divergence of each node's mean activation from `target`. */
  | { readonly kind: 'kl'; readonly weight: number; readonly target: number }
  /** `weight` x squared Frobenius norm of d code / d input. */
  | { readonly kind: 'contractive'; readonly weight: number }
  /** Mean and log-variance heads; the code is drawn while training and the mean while scoring. */
  | {
      readonly kind: 'variational'
      readonly beta: number
      readonly warmUpShare: number
      readonly score: 'reconstruction' | 'elbo'
      readonly samples: number
    }

/** Neighbouring features `from`..`to` (exclusive) that say together which value one category has. */
export interface CategoryBlock {
  readonly from: number
  readonly to: number
}

/** A network and its training, as data: everything a session needs besides the rows. */
export interface ModelSpec {
  readonly features: number
  /** Features that condition encoder and decoder and are neither corrupted nor judged; mostly none. */
  readonly context: readonly number[]
  /** Independent networks trained side by side in one batched graph. */
  readonly copies: number
  /** Nodes per dense layer between input and output, code included, for example [64, 8, 64]. */
  readonly layers: readonly number[]
  /** Which of `layers` is the code. */
  readonly codeLayer: number
  readonly code: CodeSpec
  /** Of every layer but the last, which is linear. */
  readonly activation: 'silu' | 'linear'
  /** Variance-scaling factor of the uniform initial weights, one per weight matrix (layers.length + 1). */
  readonly initialScales: readonly number[]
  /** The input is divided by this before the first layer (sqrt(1 + sigma^2) for Gaussian noise). */
  readonly inputDivisor: number
  /** What a training step changes in its input before the network sees it; the target stays clean. */
  readonly corruption: Corruption
  readonly corruptionSchedule: CorruptionSchedule
  /** What a cell costs, in the loss and in the score. */
  readonly cellLoss: CellLoss
  /** Blocks of features with softmax cross-entropy instead of `cellLoss`. */
  readonly categories: readonly CategoryBlock[]
  /** Lowest and highest value of each feature; where a loss needs values within [0, 1], else null. */
  readonly ranges: { readonly low: readonly number[]; readonly high: readonly number[] } | null
  /** Per-row loss: log1p of the mean cost of the present cells, or that mean itself. */
  readonly rowLoss: TrainingSettings['rowLoss']
  /** After `warmUpShare` of the steps only this share of the batch's rows, those with the smallest loss, counts. */
  readonly trim: { readonly keepShare: number; readonly warmUpShare: number }
  readonly optimiser: {
    readonly beta1: number
    readonly beta2: number
    readonly epsilon: number
    /** Longer gradients are shortened to this, per copy; null: never. */
    readonly gradientLimit: number | null
  }
  readonly schedule: {
    /** All steps, pretraining included. */
    readonly steps: number
    /** The first steps, shared equally among the encoder's layers, each trained as an autoencoder of its own. */
    readonly pretrainingSteps: number
    readonly peakLearningRate: number
    readonly warmUpShare: number
    readonly shape: TrainingSettings['learningRateSchedule']
  }
  readonly batchRows: number
  readonly seed: number
  /** Whether any row has missing cells; without them the graph carries no masks. */
  readonly hasMissing: boolean
}

/** Everything that changes while training; saving and restoring it continues the same run exactly. */
export interface TrainingState {
  readonly step: number
  /** All parameters in one vector, in the order of program/layout.ts. */
  readonly weights: Float32Array
  readonly firstMoment: Float32Array
  readonly secondMoment: Float32Array
  /** State of the seeded generator that draws batches and noise. */
  readonly random: readonly number[]
}

export interface ScoredRows {
  /**
   * rows x features: cost of each cell, averaged over the copies; 0 where it is missing or context. A row's score is
   * the sum divided by its present cells among `judgedFeatures` (program/loss.ts).
   */
  readonly errors: Float32Array
  /** rows x features: reconstruction averaged over the copies, in encoded units. */
  readonly reconstruction: Float32Array
}

/** Of each step of a chunk. */
export interface TrainedSteps {
  /** Mean over copies of the loss trained on (after trimming). */
  readonly losses: Float32Array
  /** Root mean square over copies of the gradient's length, before it was limited. */
  readonly gradientNorms: Float32Array
}

export interface RowCosts {
  readonly costs: Float32Array
  /** False = no cell is missing; true = there may be some. */
  readonly hasMissing: boolean
}

/** A model at work. One call at a time: its weights are used where they are. */
export interface Session {
  /**
   * Runs up to `steps` further training steps (fewer at the schedule's end).
   * Blocks its thread for the chunk: size chunks to about 50 ms.
   */
  train(steps: number): Promise<TrainedSteps>
  /**
   * Mean loss of the given rows, corrupted, penalised and trimmed as the training loss of the last step, in the terms
   * of its phase, so that the two can be compared; without an update. Its draws do not disturb training.
   */
  evaluate(rows: Matrix): Promise<number>
  /** Clean rows through the network once. Any number of rows; batches internally. */
  score(rows: Matrix): Promise<ScoredRows>
  /** Of each row the sum of its `errors` alone, which is several times faster where there are many rows. */
  rowCosts(rows: Matrix): Promise<RowCosts>
  /** The first copy's code of clean rows: rows x code nodes. */
  encode(rows: Matrix): Promise<Matrix>
  /**
   * The first copy's reconstruction of codes (rows x code nodes): rows x features, in encoded units.
   * @param context rows x features, of which the context features are read; needed where there are any
   */
  decode(codes: Matrix, context?: Matrix): Promise<Matrix>
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
