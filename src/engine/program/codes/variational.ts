import * as tf from '@tensorflow/tfjs-core'
import type { CodeSpec, ModelSpec } from '../../engine.ts'
import { fillNormals } from '../../random.ts'
import { createBank } from '../corruption/bank.ts'
import { named, type StepInput, type Tensors } from '../inputs.ts'
import { judgedFeatures } from '../loss.ts'
import { encoderLayers, headSums, layerSums } from '../network.ts'
import { placeInPhase } from '../phases.ts'
import type { Code } from './code.ts'

export type Variational = Extract<CodeSpec, { kind: 'variational' }>

/** Log-variances beyond this count as this, so that no row, however strange, has an infinite one. */
const widestLogVariance = 10

/** A row's normal distribution over codes: both [copies, rows, code]. */
export interface Distribution {
  readonly mean: tf.Tensor
  readonly logVariance: tf.Tensor
}

/** The two heads above the encoder's hidden layers. */
export function distributionOf(spec: ModelSpec, parameters: Tensors, input: tf.Tensor): Distribution {
  const hidden = encoderLayers(spec, parameters, input, spec.codeLayer)
  const logVariance = headSums(parameters, 'log-variance', hidden)
  return {
    mean: layerSums(spec, parameters, spec.codeLayer, hidden),
    logVariance: tf.minimum(tf.maximum(logVariance, -widestLogVariance), widestLogVariance),
  }
}

/** mean + deviation x noise (Kingma and Welling, 2014). */
export const drawnCode = ({ mean, logVariance }: Distribution, noise: tf.Tensor): tf.Tensor =>
  tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise))

/** Kullback-Leibler divergence from the standard normal, closed form: sum (m^2 + v - 1 - log v) / 2. [copies, rows] */
export function divergence({ mean, logVariance }: Distribution): tf.Tensor {
  const excess = tf.sub(tf.exp(logVariance), tf.add(logVariance, 1))
  return tf.mul(tf.sum(tf.add(tf.square(mean), excess), -1), 0.5)
}

/**
 * beta-VAE (Higgins et al., 2017). To a row's mean cost beta x divergence / (judged features) is added: the negative
 * evidence lower bound per feature. Beta rises linearly over the first `warmUpShare` of the steps.
 */
export function variationalCode(spec: ModelSpec, { beta, warmUpShare }: Variational): Code {
  const nodes = spec.layers[spec.codeLayer] ?? 1
  const noise = createBank(spec, 'code noise', (target, random) => fillNormals(target, random, 1), nodes)
  const weight: StepInput = {
    name: 'beta',
    shape: [],
    dtype: 'float32',
    draw(target, _random, at) {
      const { step, steps } = placeInPhase(spec, at)
      const rise = warmUpShare > 0 ? Math.min(1, (step + 1) / (warmUpShare * steps)) : 1
      target.fill((rise * beta) / Math.max(1, judgedFeatures(spec).length))
    },
  }
  return {
    sessionInputs: [noise.session],
    stepInputs: [noise.step, weight],
    penalisesBatch: false,
    train(parameters, input, inputs) {
      const distribution = distributionOf(spec, parameters, input)
      return {
        code: drawnCode(distribution, noise.read(inputs)),
        rowPenalty: tf.mul(divergence(distribution), named(inputs, weight.name)),
        batchPenalty: null,
      }
    },
  }
}
