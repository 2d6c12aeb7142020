import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../contract/failure.ts'
import type { ModelSpec } from '../engine.ts'
import { activationOf } from './activation.ts'
import { createCost } from './costs.ts'
import type { Tensors } from './inputs.ts'
import { widths } from './layout.ts'
import { type CleanRows, rowLosses, rowMeans } from './loss.ts'
import { contextOf, encoderLayers, layerSums, outputLayer } from './network.ts'

/** One layer of the encoder as an autoencoder of its own. */
export interface LayerTraining {
  /** Names of the parameters that it trains. */
  readonly trained: ReadonlySet<string>
  /** Untrimmed loss of each row: [copies, rows]. `corrupted` is what the network sees of `clean`. */
  losses(parameters: Tensors, clean: CleanRows, corrupted: tf.Tensor): tf.Tensor
}

/**
 * Greedy pretraining (Bengio et al., 2007; Vincent et al., 2010): what reaches the layer of a corrupted row goes
 * through it and back through the decoder's layer that mirrors it. For the first layer the result is judged as a
 * whole reconstruction is; for the others by the squared difference from what reaches the layer of the clean row.
 * @throws Failure `bad-request` when the decoder has no layer that mirrors this one
 */
export function layerTraining(spec: ModelSpec, layer: number): LayerTraining {
  const mirror = spec.layers.length - layer
  const sides = widths(spec)
  if (mirror <= spec.codeLayer || sides[mirror] !== sides[layer + 1] || sides[mirror + 1] !== sides[layer]) {
    throw new Failure(
      'bad-request',
      `Layer ${layer + 1} cannot be pretrained: the decoder has no layer that mirrors it. ` +
        'Make the decoder the mirror image of the encoder, or train without pretraining.',
    )
  }
  const trained = new Set([layer, mirror].flatMap((each) => [`weights ${each}`, `biases ${each}`]))
  if (spec.context.length > 0 && layer === spec.codeLayer) trained.add('context weights')
  if (spec.cellLoss === 'gaussian-likelihood' && layer === 0) {
    for (const name of ['spread weights', 'spread biases']) trained.add(name)
  }
  const cost = createCost(spec)
  const through = (parameters: Tensors, at: number, input: tf.Tensor, context: tf.Tensor | null = null) =>
    activationOf(spec, at).apply(layerSums(spec, parameters, at, input, context))

  return {
    trained,
    losses(parameters, clean, corrupted) {
      const given = encoderLayers(spec, parameters, corrupted, layer)
      const code = through(parameters, layer, given)
      const context = contextOf(spec, clean.values)
      if (layer === 0) {
        const costs = cost.costs(clean, outputLayer(spec, parameters, code, context))
        return rowLosses(spec, rowMeans(spec, clean, costs))
      }
      const target = encoderLayers(spec, parameters, clean.values, layer)
      const back = through(parameters, mirror, code, context)
      return rowLosses(spec, tf.mean(tf.squaredDifference(back, target), -1))
    },
  }
}
