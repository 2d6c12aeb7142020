import * as tf from '@tensorflow/tfjs-core'

/**
 * A function of `x`, cell by cell, with the slope that we state: exact where autodiff would lose digits or choose a
 * subgradient that engines do not share. `given` are the other tensors that both read; nothing flows back to them.
 */
export function withSlope(
  x: tf.Tensor,
  given: readonly tf.Tensor[],
  value: (x: tf.Tensor, ...given: tf.Tensor[]) => tf.Tensor,
  slope: (x: tf.Tensor, ...given: tf.Tensor[]) => tf.Tensor,
): tf.Tensor {
  const compute = tf.customGrad((...inputs) => {
    const [at, save] = inputs as [tf.Tensor, tf.GradSaveFunc]
    // What the slope reads must be saved: other tensors are gone when the gradient is computed.
    save([at, ...given])
    return {
      value: value(at, ...given),
      gradFunc: (upstream, saved) => {
        const [before, ...others] = saved as [tf.Tensor, ...tf.Tensor[]]
        return tf.mul(upstream as tf.Tensor, slope(before, ...others))
      },
    }
  })
  return compute(x)
}

/** |x|, with slope 0 at 0. */
export const absolute = (x: tf.Tensor): tf.Tensor => withSlope(x, [], tf.abs, tf.sign)
