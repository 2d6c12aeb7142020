import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../engine.ts'

/** What a layer does with its sums, and the slope of that; a slope of null is 1 everywhere. */
export interface Activation {
  apply(sums: tf.Tensor): tf.Tensor
  slope(sums: tf.Tensor): tf.Tensor | null
}

const identity: Activation = { apply: (sums) => sums, slope: () => null }

const logistic: Activation = {
  apply: tf.sigmoid,
  slope(sums) {
    const gate = tf.sigmoid(sums)
    return tf.mul(gate, tf.sub(1, gate))
  },
}

/** x sigmoid(x) (Elfwing et al., 2018). */
const silu: Activation = {
  apply: (sums) => tf.mul(sums, tf.sigmoid(sums)),
  slope(sums) {
    const gate = tf.sigmoid(sums)
    return tf.mul(gate, tf.add(tf.mul(sums, tf.sub(1, gate)), 1))
  },
}

/** The activation of one layer, 0 being the first. */
export function activationOf(spec: ModelSpec, layer: number): Activation {
  if (layer === spec.layers.length) return identity
  if (layer === spec.codeLayer && spec.code.kind === 'kl') return logistic
  if (layer === spec.codeLayer && spec.code.kind === 'variational') return identity
  return spec.activation === 'silu' ? silu : identity
}
