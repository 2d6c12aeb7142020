import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../engine.ts'

/** Rows as the network and the loss see them. */
export interface CleanRows {
  /** Missing cells are 0. */
  readonly values: tf.Tensor
  /**
   * 1 where a cell may be corrupted and is judged, 0 where it is missing or context: as `values`, or [1, 1,
   * features]; null when all cells count.
   */
  readonly counted: tf.Tensor | null
  /** Whether rows may differ in what counts. */
  readonly hasMissing: boolean
}

/** Numbers of the features that are judged: all but the context. A row's score is the mean over those present. */
export function judgedFeatures({
  features,
  context,
}: Pick<ModelSpec, 'features' | 'context'>): readonly number[] {
  const given = new Set(context)
  return Array.from({ length: features }, (_, feature) => feature).filter((feature) => !given.has(feature))
}

/** One number per feature as a tensor that goes with [copies, rows, features]. */
export const perFeature = (values: ArrayLike<number>): tf.Tensor =>
  tf.tensor3d(Float32Array.from(values), [1, 1, values.length])

/** 1 for each feature of `chosen`, else 0. */
export function flags(features: number, chosen: Iterable<number>): Float32Array {
  const values = new Float32Array(features)
  for (const feature of chosen) values[feature] = 1
  return values
}

/** Splits rows that may hold NaN into values and what counts. */
export function cleanRows(spec: ModelSpec, rows: tf.Tensor, hasMissing: boolean): CleanRows {
  const judged = spec.context.length > 0 ? perFeature(flags(spec.features, judgedFeatures(spec))) : null
  if (!hasMissing) return { values: rows, counted: judged, hasMissing }
  const missing = tf.isNaN(rows)
  const present = tf.sub(1, tf.cast(missing, 'float32'))
  return {
    values: tf.where(missing, tf.zerosLike(rows), rows),
    counted: judged ? tf.mul(present, judged) : present,
    hasMissing,
  }
}

/** `cells` with 0 where a cell does not count. */
export const whereCounted = (cells: tf.Tensor, { counted }: CleanRows): tf.Tensor =>
  counted ? tf.mul(cells, counted) : cells

/** Mean cost of each row's counted cells: [copies, rows]. A row without any has cost 0. */
export function rowMeans(spec: ModelSpec, { counted, hasMissing }: CleanRows, costs: tf.Tensor): tf.Tensor {
  const sums = tf.sum(costs, -1)
  if (counted && hasMissing) return tf.div(sums, tf.maximum(tf.sum(counted, -1), 1))
  return tf.mul(sums, 1 / Math.max(1, judgedFeatures(spec).length))
}

/** Loss of rows from their mean costs, penalties included. */
export const rowLosses = (spec: ModelSpec, means: tf.Tensor): tf.Tensor =>
  spec.rowLoss === 'log1p' ? tf.log1p(means) : means

/** Relative difference of two losses that counts as rounding. */
const tieTolerance = 1e-5

/**
 * Mean of each copy's smallest row losses: [copies]. `dropped` is a scalar int32: how many of the largest do not count,
 * at most `mostDropped`. Rows that tie with the last that counts up to rounding count too: a batch can hold a row
 * twice, and engines round differently. Which rows count is treated as given: the gradient flows through their losses
 * only.
 */
export function trimmedMeans(losses: tf.Tensor, dropped: tf.Tensor, mostDropped: number): tf.Tensor {
  const trim = tf.customGrad((...inputs) => {
    const [all, save] = inputs as [tf.Tensor, tf.GradSaveFunc]
    // Only the largest are sorted: few of a batch, and sorting is a tenth of a small network's step.
    const descending = tf.topk(all, mostDropped + 1).values
    const last = tf.expandDims(tf.gather(descending, dropped, 1), 1)
    const limit = tf.add(last, tf.mul(tf.abs(last), tieTolerance))
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
