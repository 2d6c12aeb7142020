import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../../engine.ts'
import { perFeature, whereCounted } from '../loss.ts'
import { type Cost, rangesOf } from './cost.ts'

/** A category weighs like this many numbers, as under squared errors (src/pipeline/features/fitCategory.ts). */
const numbersPerCategory = 3

/** Logits beyond this count as this: neither can an exponential overflow nor a sum of them vanish. */
const largestLogit = 40

/** A level that has no feature costs like one of this probability. */
export const unseenProbability = 0.001

/** Costs of all blocks at once; 0 at every feature outside the blocks. */
interface Softmax {
  /** Probability of each feature's level within its block, 0 outside blocks: as `logits`. */
  probabilities(logits: tf.Tensor): tf.Tensor
  costs(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor
}

/**
 * Softmax cross-entropy of each block of features against its one-hot target, put on the true level's feature. A
 * target without any level (first seen in new rows) costs -log(unseenProbability), spread evenly over its block.
 * Weighted by numbersPerCategory / log(levels): a category of evenly common levels that cannot be told costs what
 * three such numbers do under squared errors, however many levels it has.
 */
export function categoryCost(spec: ModelSpec): Cost {
  const { low, extent } = rangesOf(spec)
  const softmax = blockSoftmax(spec)
  return {
    costs(clean, { values }) {
      const place = tf.mul(tf.sub(clean.values, perFeature(low)), perFeature(extent.map((side) => 1 / side)))
      return whereCounted(softmax.costs(values, tf.minimum(tf.maximum(place, 0), 1)), clean)
    },
    reconstruction: ({ values }) =>
      tf.add(perFeature(low), tf.mul(softmax.probabilities(values), perFeature(extent))),
  }
}

/**
 * All blocks in a fixed number of operations, however many there are: sums over a block, and back from blocks to
 * features, are products with the matrix that says which feature belongs to which block.
 */
function blockSoftmax({ features, categories }: ModelSpec): Softmax {
  const membership = new Float32Array(features * categories.length)
  const [weights, unseen] = [new Float32Array(features), new Float32Array(features)]
  for (const [block, { from, to }] of categories.entries()) {
    const weight = numbersPerCategory / Math.log(Math.max(2, to - from))
    for (let feature = from; feature < to; feature += 1) {
      membership[feature * categories.length + block] = 1
      weights[feature] = weight
      unseen[feature] = (-weight * Math.log(unseenProbability)) / (to - from)
    }
  }
  const belongs = () => tf.tensor2d(membership, [features, categories.length])
  const flat = (cells: tf.Tensor): tf.Tensor2D => tf.reshape(cells, [-1, features])
  const exponentials = (logits: tf.Tensor): tf.Tensor2D =>
    flat(tf.exp(tf.minimum(tf.maximum(logits, -largestLogit), largestLogit)))
  /** Sum over each block, at each of its features; 0 outside blocks. */
  const blockSums = (cells: tf.Tensor2D): tf.Tensor2D => {
    const matrix = belongs()
    return tf.matMul(tf.matMul(cells, matrix), matrix, false, true)
  }
  const outside = () => perFeature(weights.map((weight) => (weight === 0 ? 1 : 0)))

  return {
    probabilities(logits) {
      const powers = exponentials(logits)
      const inside = perFeature(weights.map((weight) => (weight === 0 ? 0 : 1)))
      const sums = tf.add(tf.reshape(blockSums(powers), logits.shape), outside())
      return tf.mul(tf.div(tf.reshape(powers, logits.shape), sums), inside)
    },
    costs(logits, targets) {
      const compute = tf.customGrad((...inputs) => {
        const [given, save] = inputs as [tf.Tensor, tf.GradSaveFunc]
        const { shape } = given
        const sums = tf.add(tf.reshape(blockSums(exponentials(given)), shape), outside())
        const bounded = tf.minimum(tf.maximum(given, -largestLogit), largestLogit)
        const known = tf.mul(targets, perFeature(weights))
        const left = tf.sub(1, tf.reshape(blockSums(flat(targets)), targets.shape))
        save([tf.div(tf.exp(bounded), sums), known])
        const surprise = tf.maximum(tf.sub(tf.log(sums), bounded), 0)
        return {
          value: tf.add(tf.mul(known, surprise), tf.mul(tf.maximum(left, 0), perFeature(unseen))),
          gradFunc: (upstream, saved) => {
            const [ratios, targetWeights] = saved as [tf.Tensor, tf.Tensor]
            const flows = tf.mul(upstream as tf.Tensor, targetWeights)
            return tf.sub(tf.mul(ratios, tf.reshape(blockSums(flat(flows)), shape)), flows)
          },
        }
      })
      return compute(logits)
    },
  }
}
