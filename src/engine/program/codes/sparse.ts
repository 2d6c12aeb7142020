import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../../engine.ts'
import type { Tensors } from '../inputs.ts'
import { encode } from '../network.ts'
import { absolute } from '../slope.ts'
import { type Code, rowWeights } from './code.ts'

const onlyPenalises = { sessionInputs: [], stepInputs: [], penalisesBatch: true }

/** Means of the nodes over a batch: [copies, code]. */
const overRows = (nodes: tf.Tensor, inputs: Tensors): tf.Tensor => {
  const weights = inputs[rowWeights]
  return weights ? tf.sum(tf.mul(nodes, weights), 1) : tf.mean(nodes, 1)
}

/** `weight` x the mean absolute code. */
export const absoluteCode = (spec: ModelSpec, weight: number): Code => ({
  ...onlyPenalises,
  train(parameters, input, inputs) {
    const code = encode(spec, parameters, input)
    return {
      code,
      rowPenalty: null,
      batchPenalty: tf.mul(tf.mean(overRows(absolute(code), inputs), 1), weight),
    }
  },
})

/** Keeps the logarithms finite where a node is on, or off, for a whole batch. */
const edge = 1e-6

/**
 * `weight` x the sum over code nodes of the Kullback-Leibler divergence of their mean activation over the batch from
 * `target`: t log(t / m) + (1 - t) log((1 - t) / (1 - m)) (Ng, 2011).
 */
export const sparseCode = (spec: ModelSpec, weight: number, target: number): Code => ({
  ...onlyPenalises,
  train(parameters, input, inputs) {
    const code = encode(spec, parameters, input)
    const means = tf.minimum(tf.maximum(overRows(code, inputs), edge), 1 - edge)
    const crossEntropies = tf.add(
      tf.mul(tf.log(means), -target),
      tf.mul(tf.log(tf.sub(1, means)), target - 1),
    )
    const entropy = -target * Math.log(target) - (1 - target) * Math.log(1 - target)
    return {
      code,
      rowPenalty: null,
      batchPenalty: tf.mul(tf.sum(tf.sub(crossEntropies, entropy), 1), weight),
    }
  },
})
