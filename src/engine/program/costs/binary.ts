import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../../engine.ts'
import { perFeature, whereCounted } from '../loss.ts'
import { withSlope } from '../slope.ts'
import { type Cost, rangesOf } from './cost.ts'

/** p log p, and 0 for p = 0. */
const timesLogarithm = (p: tf.Tensor): tf.Tensor => tf.mul(p, tf.log(tf.maximum(p, 1e-30)))

/**
 * Binary cross-entropy of a cell's place t in its feature's range against p = sigmoid(output), less the entropy of t
 * itself: the Kullback-Leibler divergence of p from t, 0 for a perfect fit. A cell beyond its range counts as its
 * edge, and costs the square of what it goes beyond, in ranges, besides.
 */
export function binaryCost(spec: ModelSpec): Cost {
  const { low, extent } = rangesOf(spec)
  return {
    costs(clean, { values }) {
      const place = tf.mul(tf.sub(clean.values, perFeature(low)), perFeature(extent.map((side) => 1 / side)))
      const target = tf.minimum(tf.maximum(place, 0), 1)
      const beyond = tf.square(tf.sub(place, target))
      const negativeEntropy = tf.add(timesLogarithm(target), timesLogarithm(tf.sub(1, target)))
      const divergence = withSlope(
        values,
        [target, negativeEntropy],
        (x, t, known) => {
          const crossEntropy = tf.sub(tf.softplus(x), tf.mul(t as tf.Tensor, x))
          return tf.maximum(tf.add(crossEntropy, known as tf.Tensor), 0)
        },
        (x, t) => tf.sub(tf.sigmoid(x), t as tf.Tensor),
      )
      return whereCounted(tf.add(divergence, beyond), clean)
    },
    reconstruction: ({ values }) => tf.add(perFeature(low), tf.mul(tf.sigmoid(values), perFeature(extent))),
  }
}
