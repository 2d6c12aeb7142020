import * as tf from '@tensorflow/tfjs-core'
import { whereCounted } from '../loss.ts'
import type { Cost } from './cost.ts'

/** A tenth of a spread: no network is surer than that of any cell, or one cell fitted exactly would be worth all. */
export const leastVariance = 0.01

/** At a second head of 0 the variance is 1. */
const shift = Math.log(1 / leastVariance - 1)

/**
 * Gaussian negative log-likelihood of a difference d under the variance v that the second head s gives (Nix and
 * Weigend, 1994): (d^2 / v + log(v / v_least)) / 2. With v = v_least + (1 - v_least) e^s the floor is smooth and the
 * cost never negative; log(v / v_least) is softplus(s + shift) and v_least / v is sigmoid(-s - shift).
 */
export function likelihoodCost(): Cost {
  return {
    costs(clean, { values, spread }) {
      if (!spread) throw new Error('The network has no second head for the Gaussian likelihood.')
      const logits = tf.add(spread, shift)
      const precision = tf.mul(tf.sigmoid(tf.neg(logits)), 1 / leastVariance)
      const squares = tf.square(tf.sub(values, clean.values))
      return whereCounted(tf.mul(tf.add(tf.mul(squares, precision), tf.softplus(logits)), 0.5), clean)
    },
    reconstruction: ({ values }) => values,
  }
}
