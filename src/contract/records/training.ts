// What is trained, how, and how it goes.

import type {
  categoryLosses,
  cellLosses,
  corruptionSchedules,
  learningRateSchedules,
  rowLosses,
  variationalScores,
} from '../choices.ts'

export type Corruption =
  | { readonly kind: 'none' }
  | { readonly kind: 'gaussian'; readonly sigma: number }
  | { readonly kind: 'masking'; readonly rate: number }
  | { readonly kind: 'salt-and-pepper'; readonly rate: number }
  | { readonly kind: 'swap'; readonly rate: number }

/** How the corruption's level goes through the training: as it is, from 0 up to it, or from it down to 0. */
export type CorruptionSchedule = (typeof corruptionSchedules)[number]

interface Variational {
  /** Weight of the Kullback-Leibler divergence beside the reconstruction. */
  readonly beta: number
  /** Share of the steps over which beta rises from 0 (0: none). */
  readonly warmUpShare: number
  /** What a row's score is: the reconstruction error of its mean code, or the evidence lower bound, negated. */
  readonly score: (typeof variationalScores)[number]
  /** Codes drawn per row for the ELBO. */
  readonly samples: number
}

/** The kind of autoencoder. What is not said here (layers, noise, loss) can be combined with every kind. */
export type Flavour =
  | { readonly kind: 'denoising' }
  | { readonly kind: 'undercomplete' }
  | { readonly kind: 'overcomplete' }
  /** L1: weight of the mean absolute code. */
  | { readonly kind: 'sparse'; readonly penalty: 'l1'; readonly weight: number }
  /** KL: weight of the divergence between each code node's mean activation and `target`. */
  | { readonly kind: 'sparse'; readonly penalty: 'kl'; readonly weight: number; readonly target: number }
  /** Weight of the squared Frobenius norm of the encoder's Jacobian. */
  | { readonly kind: 'contractive'; readonly weight: number }
  | ({ readonly kind: 'variational' } & Variational)
  /** `context`: names of feature columns that are given, not judged; they condition encoder and decoder. */
  | ({ readonly kind: 'conditional'; readonly context: readonly string[] } & Variational)
  | { readonly kind: 'linear' }
  /** Exact principal components, computed, not trained. */
  | { readonly kind: 'pca' }
  /** `pretrainingShare`: of the steps, spent on pretraining layer by layer before all are trained together. */
  | { readonly kind: 'stacked'; readonly pretrainingShare: number }

/** What a cell's error costs. */
export type CellLoss = (typeof cellLosses)[number]

/** Every knob of the recipe. What is left out of a request is as Auto chooses for the flavour. */
export interface TrainingSettings {
  readonly seed: number
  readonly flavour: Flavour
  readonly corruption: Corruption
  readonly corruptionSchedule: CorruptionSchedule
  /** Nodes of the hidden layers of the encoder, outermost first. May be empty. */
  readonly hidden: readonly number[]
  /** Nodes of the hidden layers of the decoder, innermost first; null = the encoder's, mirrored. */
  readonly decoder: readonly number[] | null
  /** Nodes of the code layer; null = as Auto chooses for the flavour. */
  readonly code: number | null
  /** Independent networks trained side by side and averaged; null = 4, or 2 above 200 features. */
  readonly copies: number | null
  readonly steps: number
  /** Rows per step and copy; null = min(256, rows), or 128 above 200 features. */
  readonly batchRows: number | null
  readonly learningRate: number
  /** How the learning rate goes on after its rise over the first tenth of the steps. */
  readonly learningRateSchedule: (typeof learningRateSchedules)[number]
  /** Gradients longer than this are shortened to it; null = never. */
  readonly gradientLimit: number | null
  readonly loss: CellLoss
  /** Categories cost as every other cell, or softmax cross-entropy over their values. */
  readonly categoryLoss: (typeof categoryLosses)[number]
  /** A row's loss: the logarithm of one plus the mean of its cells, or the mean itself. */
  readonly rowLoss: (typeof rowLosses)[number]
  /** Share of each batch's rows with the smallest loss that is trained on after the first 10 % of steps. */
  readonly keepShare: number
  /** Whether encoded numbers beyond two spreads grow only logarithmically. */
  readonly softClip: boolean
  /** Share of rows held out of training to draw the validation curve (at most 1,000 rows). */
  readonly validationShare: number
  /**
   * Stops when this many points of the validation curve in a row brought nothing better, and goes back to the best
   * weights; null = never. Needs rows held out.
   */
  readonly earlyStopping: number | null
}

/** What a training will do. */
export interface TrainingPlan {
  /** No null is left where Auto chooses. */
  readonly settings: TrainingSettings
  readonly features: number
  readonly rows: number
  readonly trainableParameters: number
  readonly phases: readonly TrainingPhase[]
}

export interface TrainingEstimate {
  /** Preparing features, training and scoring. */
  readonly seconds: number
  /** Memory at its highest, beside the program itself. */
  readonly bytes: number
}

/**
 * A point of the loss curve. Both losses are means over the same share of corrupted rows, those that fit best
 * (`keepShare`; all rows during the first 10 % of steps), so that they can be compared: of the batches since the
 * last point, and of the rows held out (null where these were not evaluated).
 */
export interface LossPoint {
  readonly step: number
  readonly train: number
  readonly validation: number | null
  /** Length of the gradient before it was limited, root mean square over the steps since the last point. */
  readonly gradientNorm: number | null
}

/** A part of the training with its own goal: "Pretraining layer 1", "Training all layers". */
export interface TrainingPhase {
  readonly title: string
  /** First step of the phase, from 0. */
  readonly fromStep: number
}
