import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../engine.ts'

/** Weights and moments, one flat vector each. */
export interface FlatState {
  readonly weights: tf.Tensor
  /** Adam's first moment divided by (1 - beta1): the plain decayed sum of gradients. */
  readonly firstMoment: tf.Tensor
  /** Adam's second moment divided by (1 - beta2): the plain decayed sum of squared gradients. */
  readonly secondMoment: tf.Tensor
}

/** The two numbers of one Adam step that depend on its time; `adamNumbers` computes them. */
export interface AdamNumbers<T> {
  readonly stepSize: T
  readonly epsilon: T
}

/**
 * Learning rate of step t (from 0) of T: a linear rise over the first `warmUpShare` of the steps under
 * a half cosine that ends at 0.
 */
export function learningRate(schedule: ModelSpec['schedule'], step: number): number {
  const { steps, peakLearningRate, warmUpShare } = schedule
  const rise = warmUpShare > 0 ? Math.min(1, (step + 1) / (warmUpShare * steps)) : 1
  return peakLearningRate * rise * 0.5 * (1 + Math.cos((Math.PI * step) / steps))
}

/**
 * Adam's bias corrections (Kingma and Ba, 2015), folded with the constant factors that `adamStep` leaves
 * out, so that the vectors are passed over as few times as possible.
 */
export function adamNumbers(spec: ModelSpec, step: number): AdamNumbers<number> {
  const { beta1, beta2, epsilon } = spec.optimiser
  const firstFactor = (1 - beta1) / (1 - beta1 ** (step + 1))
  const secondFactor = Math.sqrt((1 - beta2) / (1 - beta2 ** (step + 1)))
  return {
    stepSize: (learningRate(spec.schedule, step) * firstFactor) / secondFactor,
    epsilon: epsilon / secondFactor,
  }
}

/** One Adam step on the flat vectors. */
export function adamStep(
  spec: ModelSpec,
  state: FlatState,
  gradient: tf.Tensor,
  numbers: AdamNumbers<tf.Tensor>,
): FlatState {
  const { beta1, beta2 } = spec.optimiser
  const firstMoment = tf.add(tf.mul(state.firstMoment, beta1), gradient)
  const secondMoment = tf.add(tf.mul(state.secondMoment, beta2), tf.square(gradient))
  const change = tf.div(firstMoment, tf.add(tf.sqrt(secondMoment), numbers.epsilon))
  return {
    weights: tf.sub(state.weights, tf.mul(change, numbers.stepSize)),
    firstMoment,
    secondMoment,
  }
}
