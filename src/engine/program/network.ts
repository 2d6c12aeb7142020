import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../engine.ts'
import { activationOf } from './activation.ts'
import { named, type Tensors } from './inputs.ts'
import type { ParameterLayout } from './layout.ts'

/** What the last layer says; how it is read depends on the loss (see costs.ts). */
export interface Output {
  /** [copies, rows, features]. */
  readonly values: tf.Tensor
  /** A second head of the same shape, where the loss asks how sure the network is. */
  readonly spread: tf.Tensor | null
}

/** The flat vector as named tensors, in the shapes of the layout. */
export function parametersOf({ parameters }: ParameterLayout, weights: tf.Tensor): Tensors {
  const sizes = parameters.map((parameter) => parameter.size)
  const parts = tf.split(weights, sizes)
  return Object.fromEntries(
    parameters.map(({ name, shape }, index) => [name, tf.reshape(parts[index] ?? weights, [...shape])]),
  )
}

/** Parameters of the first copy alone. */
export const firstCopy = (parameters: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]) => [
      name,
      tf.slice(tensor, [0, 0, 0], [1, tensor.shape[1] ?? 1, tensor.shape[2] ?? 1]),
    ]),
  )

/** The input as the first layer sees it. */
export const divided = (spec: ModelSpec, input: tf.Tensor): tf.Tensor =>
  spec.inputDivisor === 1 ? input : tf.mul(input, 1 / spec.inputDivisor)

/** Sums of a head before any activation. */
export const headSums = (parameters: Tensors, head: string, input: tf.Tensor): tf.Tensor =>
  tf.add(tf.matMul(input, named(parameters, `${head} weights`)), named(parameters, `${head} biases`))

/** Sums of a layer before its activation. `context` joins at the decoder's first layer. */
export function layerSums(
  spec: ModelSpec,
  parameters: Tensors,
  layer: number,
  input: tf.Tensor,
  context: tf.Tensor | null = null,
): tf.Tensor {
  const product = tf.matMul(input, named(parameters, `weights ${layer}`))
  const given =
    context && layer === spec.codeLayer + 1
      ? tf.add(product, tf.matMul(context, named(parameters, 'context weights')))
      : product
  return tf.add(given, named(parameters, `biases ${layer}`))
}

/** `input` through the first `count` layers of the encoder. */
export function encoderLayers(
  spec: ModelSpec,
  parameters: Tensors,
  input: tf.Tensor,
  count: number,
): tf.Tensor {
  let hidden = divided(spec, input)
  for (let layer = 0; layer < count; layer += 1) {
    hidden = activationOf(spec, layer).apply(layerSums(spec, parameters, layer, hidden))
  }
  return hidden
}

/** [copies or 1, rows, features] to [copies, rows, code]; of a variational code the mean. */
export const encode = (spec: ModelSpec, parameters: Tensors, input: tf.Tensor): tf.Tensor =>
  encoderLayers(spec, parameters, input, spec.codeLayer + 1)

/** Cells of the context [copies or 1, rows, context] among the features of clean rows; null without context. */
export const contextOf = (spec: ModelSpec, clean: tf.Tensor): tf.Tensor | null =>
  spec.context.length > 0 ? tf.gather(clean, tf.tensor1d([...spec.context], 'int32'), 2) : null

/** Codes [copies, rows, code] through the decoder. */
export function decode(
  spec: ModelSpec,
  parameters: Tensors,
  code: tf.Tensor,
  context: tf.Tensor | null,
): Output {
  const last = spec.layers.length
  let hidden = code
  for (let layer = spec.codeLayer + 1; layer < last; layer += 1) {
    hidden = activationOf(spec, layer).apply(layerSums(spec, parameters, layer, hidden, context))
  }
  return outputLayer(spec, parameters, hidden, context)
}

/** The last layer and its second head. */
export const outputLayer = (
  spec: ModelSpec,
  parameters: Tensors,
  hidden: tf.Tensor,
  context: tf.Tensor | null,
): Output => ({
  values: layerSums(spec, parameters, spec.layers.length, hidden, context),
  spread: spec.cellLoss === 'gaussian-likelihood' ? headSums(parameters, 'spread', hidden) : null,
})
