// What can be chosen by name, each list once: the records take their types from here, and what comes over the wire or
// out of a file is checked against it.

export const columnTypes = ['number', 'category', 'date-time', 'text', 'identifier', 'constant'] as const

export const thresholdRules = [
  'manual',
  'top-k',
  'percentage',
  'standard-deviation',
  'mad',
  'iqr',
  'otsu',
] as const

/** The corruption's level goes through the training as it is, from 0 up to it, or from it down to 0. */
export const corruptionSchedules = ['constant', 'rising', 'falling'] as const

/** How the learning rate goes on after its rise over the first tenth of the steps. */
export const learningRateSchedules = ['cosine', 'linear', 'constant'] as const

/** What a cell's error costs. */
export const cellLosses = [
  'squared',
  'absolute',
  'huber',
  'log-cosh',
  /** For values within [0, 1]: every feature is brought there from its own range. */
  'binary-cross-entropy',
  /** Gaussian negative log-likelihood; the network also says how sure it is. */
  'gaussian-likelihood',
] as const

/** Categories cost as every other cell, or softmax cross-entropy over their values. */
export const categoryLosses = ['same', 'softmax'] as const

/** A row's loss: the logarithm of one plus the mean of its cells, or the mean itself. */
export const rowLosses = ['log1p', 'mean'] as const

/** A variational model's score: the reconstruction error of its mean code, or the evidence lower bound, negated. */
export const variationalScores = ['reconstruction', 'elbo'] as const

export const modelFormats = ['onnx', 'tensorflowjs'] as const

/** What rows can be written as. */
export const exportFormats = ['csv', 'tsv', 'jsonl', 'parquet', 'xlsx'] as const
