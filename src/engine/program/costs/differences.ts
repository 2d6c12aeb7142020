import * as tf from '@tensorflow/tfjs-core'
import { whereCounted } from '../loss.ts'
import { absolute, withSlope } from '../slope.ts'
import type { Cost } from './cost.ts'

type Shape = (difference: tf.Tensor) => tf.Tensor

/** The absolute value cut off at 1. */
const upToOne = (x: tf.Tensor): tf.Tensor => tf.minimum(tf.abs(x), 1)

/** d^2 / 2 up to |d| = 1, from there |d| - 1/2 (Huber, 1964). */
const huber: Shape = (difference) =>
  withSlope(
    difference,
    [],
    (d) => {
      const near = upToOne(d)
      return tf.mul(near, tf.sub(tf.abs(d), tf.mul(near, 0.5)))
    },
    (d) => tf.mul(tf.sign(d), upToOne(d)),
  )

/** log cosh d = |d| + log(1 + e^(-2 |d|)) - log 2, which nothing can overflow; its slope is tanh d. */
const logCosh: Shape = (difference) =>
  withSlope(
    difference,
    [],
    (d) => {
      const size = tf.abs(d)
      const sum = tf.add(size, tf.softplus(tf.mul(size, -2)))
      // Rounding may leave it a hair below 0.
      return tf.maximum(tf.sub(sum, Math.LN2), 0)
    },
    tf.tanh,
  )

const shapes = { squared: tf.square, absolute, huber, 'log-cosh': logCosh } satisfies Record<string, Shape>

/** Costs of the difference between output and cell, both in encoded units. */
export function differenceCost(kind: keyof typeof shapes): Cost {
  const shape: Shape = shapes[kind]
  return {
    // Every shape is 0 with slope 0 at 0.
    costs: (clean, { values }) => shape(whereCounted(tf.sub(values, clean.values), clean)),
    reconstruction: ({ values }) => values,
  }
}
