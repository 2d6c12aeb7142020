import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../engine.ts'

/** x sigmoid(x) (Elfwing et al., 2018). */
const silu = (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.sigmoid(x))

/**
 * The dense autoencoder: `input` [copies or 1, rows, features] through every copy's layers, linear at the
 * end. `parameters` as in `denseLayout`. Returns [copies, rows, features].
 */
export function reconstruct(spec: ModelSpec, parameters: readonly tf.Tensor[], input: tf.Tensor): tf.Tensor {
  let hidden = spec.inputDivisor === 1 ? input : tf.mul(input, 1 / spec.inputDivisor)
  for (let index = 0; index + 1 < parameters.length; index += 2) {
    const [weights, biases] = parameters.slice(index)
    if (!weights || !biases) break
    const sums = tf.add(tf.matMul(hidden, weights), biases)
    hidden = index + 2 === parameters.length ? sums : silu(sums)
  }
  return hidden
}
