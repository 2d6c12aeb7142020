import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../engine.ts'

/** Rows as the network and the loss see them. */
export interface CleanRows {
  /** Missing cells are 0. */
  readonly values: tf.Tensor
  /** 1 where a cell is present, 0 where it is missing; null when no row has missing cells. */
  readonly present: tf.Tensor | null
}

/** Splits rows that may hold NaN into values and presence. */
export function cleanRows(rows: tf.Tensor, hasMissing: boolean): CleanRows {
  if (!hasMissing) return { values: rows, present: null }
  const missing = tf.isNaN(rows)
  return {
    values: tf.where(missing, tf.zerosLike(rows), rows),
    present: tf.sub(1, tf.cast(missing, 'float32')),
  }
}

/** Squared error of each cell, 0 where missing. */
export function cellErrors(clean: CleanRows, reconstruction: tf.Tensor): tf.Tensor {
  const difference = tf.sub(reconstruction, clean.values)
  return tf.square(clean.present ? tf.mul(difference, clean.present) : difference)
}

/** Loss of each row: [copies, rows]. A row without any present cell has loss 0. */
export function rowLosses(spec: ModelSpec, clean: CleanRows, reconstruction: tf.Tensor): tf.Tensor {
  const sums = tf.sum(cellErrors(clean, reconstruction), -1)
  const means = clean.present
    ? tf.div(sums, tf.maximum(tf.sum(clean.present, -1), 1))
    : tf.mul(sums, 1 / spec.features)
  return spec.rowLoss === 'log1p' ? tf.log1p(means) : means
}

/** Relative difference of two losses that counts as rounding. */
const tieTolerance = 1e-5

/**
 * Mean of each copy's smallest row losses: [copies]. `lastKept` is a scalar int32: the 0-based rank, from
 * the smallest, of the last row that counts. Rows that tie with it up to rounding count too: a batch can hold
 * a row twice, and engines round differently. Which rows count is treated as given: the gradient flows
 * through their losses only.
 */
export function trimmedMeans(losses: tf.Tensor, lastKept: tf.Tensor): tf.Tensor {
  const trim = tf.customGrad((...inputs) => {
    const [all, save] = inputs as [tf.Tensor, tf.GradSaveFunc]
    const ascending = tf.neg(tf.topk(tf.neg(all), all.shape[1] ?? 1).values)
    const limit = tf.mul(tf.expandDims(tf.gather(ascending, lastKept, 1), 1), 1 + tieTolerance)
    const kept = tf.cast(tf.lessEqual(all, limit), 'float32')
    const shares = tf.div(kept, tf.sum(kept, 1, true))
    save([shares])
    return {
      value: tf.sum(tf.mul(all, shares), 1),
      gradFunc: (upstream, saved) => tf.mul(tf.expandDims(upstream as tf.Tensor, 1), saved[0] as tf.Tensor),
    }
  })
  return trim(losses)
}
