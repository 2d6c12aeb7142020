import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../engine.ts'
import { placeInPhase } from './phases.ts'

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

/** What is left of the learning rate when `share` of the steps are over. */
const shapes: Record<ModelSpec['schedule']['shape'], (share: number) => number> = {
  cosine: (share) => 0.5 * (1 + Math.cos(Math.PI * share)),
  linear: (share) => 1 - share,
  constant: () => 1,
}

/**
 * Learning rate of step t (from 0) of T: a linear rise over the first `warmUpShare` of the steps under half a cosine
 * or a line that end at 0, or a constant.
 */
export function learningRate(schedule: ModelSpec['schedule'], step: number): number {
  const { steps, peakLearningRate, warmUpShare, shape } = schedule
  const rise = warmUpShare > 0 ? Math.min(1, (step + 1) / (warmUpShare * steps)) : 1
  return peakLearningRate * rise * shapes[shape](step / steps)
}

/**
 * Adam's bias corrections (Kingma and Ba, 2015), folded with the constant factors that `adamStep` leaves
 * out, so that the vectors are passed over as few times as possible. Every phase starts anew.
 */
export function adamNumbers(spec: ModelSpec, step: number): AdamNumbers<number> {
  const { beta1, beta2, epsilon } = spec.optimiser
  const place = placeInPhase(spec, step)
  const firstFactor = (1 - beta1) / (1 - beta1 ** (place.step + 1))
  const secondFactor = Math.sqrt((1 - beta2) / (1 - beta2 ** (place.step + 1)))
  const rate = learningRate({ ...spec.schedule, steps: place.steps }, place.step)
  return { stepSize: (rate * firstFactor) / secondFactor, epsilon: epsilon / secondFactor }
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

/**
 * The gradient as one flat vector, and its length: the root mean square over copies, before any limit. With a limit,
 * the gradient of each copy that is longer is shortened to it (Pascanu et al., 2013).
 * @param parts [copies, ...] each
 */
export function flatGradient(
  spec: ModelSpec,
  parts: readonly tf.Tensor[],
): { readonly gradient: tf.Tensor; readonly norm: tf.Tensor } {
  const flatten = (each: readonly tf.Tensor[]) => tf.concat(each.map((part) => tf.reshape(part, [-1])))
  const limit = spec.optimiser.gradientLimit
  if (limit === null) {
    const gradient = flatten(parts)
    return { gradient, norm: tf.sqrt(tf.mul(tf.sum(tf.square(gradient)), 1 / spec.copies)) }
  }
  const squares = tf.addN(parts.map((part) => tf.sum(tf.square(part), [1, 2])))
  const factors = tf.div(limit, tf.maximum(tf.sqrt(squares), limit))
  const byCopy = tf.reshape(factors, [spec.copies, 1, 1])
  return {
    gradient: flatten(parts.map((part) => tf.mul(part, byCopy))),
    norm: tf.sqrt(tf.mean(squares)),
  }
}
