import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../engine.ts'
import { fillNormals, type Random, seededRandom } from '../random.ts'
import {
  type Distribution,
  distributionOf,
  divergence,
  drawnCode,
  type Variational,
} from './codes/variational.ts'
import type { Cost } from './costs/cost.ts'
import { createCost } from './costs.ts'
import type { Tensors } from './inputs.ts'
import { denseLayout, type ParameterLayout } from './layout.ts'
import { type CleanRows, cleanRows, flags, judgedFeatures, perFeature, whereCounted } from './loss.ts'
import { contextOf, decode, encode, firstCopy, type Output, parametersOf } from './network.ts'

/** Errors and reconstruction, both [rows, features]. */
export interface Scored {
  readonly errors: tf.Tensor
  readonly reconstruction: tf.Tensor
}

/** The part of a model that scores: pure functions of weights and rows, without noise or rows to train on. */
export interface ScoringProgram {
  readonly spec: ModelSpec
  readonly layout: ParameterLayout
  /** Clean rows [1, rows, features] through the network. */
  score(
    weights: tf.Tensor,
    rows: tf.Tensor,
    hasMissing: boolean,
  ): { errors: tf.Tensor; reconstruction: tf.Tensor }
  /** The first copy's code of clean rows [1, rows, features]: [rows, code]. Missing cells are NaN. */
  encode(weights: tf.Tensor, rows: tf.Tensor): tf.Tensor
  /** The first copy's reconstruction of codes [1, rows, code]: [rows, features]. */
  decode(weights: tf.Tensor, codes: tf.Tensor, context: tf.Tensor | null): tf.Tensor
}

/** How many drawn codes of each row are scored; otherwise its one code. */
export const drawsPerRow = ({ code }: Pick<ModelSpec, 'code'>): number =>
  code.kind === 'variational' && code.score === 'elbo' ? code.samples : 1

/**
 * The score is the cost that training minimises, without corruption. A variational model is scored by its mean code,
 * or by its negative evidence lower bound: the mean cost over `samples` drawn codes, plus beta x divergence / (judged
 * features) on every cell that counts. Spread like this, a row's mean over its counted cells, however many it misses,
 * is its mean cost plus beta x divergence / (judged features): the quantity that training minimises. The draws are
 * constants of the seed, the same for every row, so that a row's score depends on the row alone.
 * @param together how many draws go through the decoder at once: activations grow by it, and the graph shrinks by it
 */
export function createScoringProgram(spec: ModelSpec, together = 1): ScoringProgram {
  const layout = denseLayout(spec)
  const cost = createCost(spec)
  const isJudged = () => perFeature(flags(spec.features, judgedFeatures(spec)))
  /** The context says itself what it is. */
  const withContext = (reconstruction: tf.Tensor, given: tf.Tensor | null): tf.Tensor => {
    if (!given || spec.context.length === 0) return reconstruction
    const judged = isJudged()
    return tf.add(tf.mul(reconstruction, judged), tf.mul(given, tf.sub(1, judged)))
  }

  return {
    spec,
    layout,
    score(weights, given, hasMissing) {
      const clean = cleanRows(spec, given, hasMissing)
      const parameters = parametersOf(layout, weights)
      const { errors, reconstruction } =
        spec.code.kind === 'variational' && spec.code.score === 'elbo'
          ? scoreByBound(spec, { ...spec.code, together }, cost, parameters, clean)
          : scoreByCode(spec, cost, parameters, clean, encode(spec, parameters, clean.values))
      return {
        errors: tf.mean(errors, 0),
        reconstruction: tf.squeeze(withContext(tf.mean(reconstruction, 0, true), clean.values), [0]),
      }
    },
    encode(weights, given) {
      const { values } = cleanRows(spec, given, true)
      return tf.squeeze(encode(spec, firstCopy(parametersOf(layout, weights)), values), [0])
    },
    decode(weights, codes, context) {
      const values = context ? cleanRows(spec, context, true).values : null
      const output = decode(
        spec,
        firstCopy(parametersOf(layout, weights)),
        codes,
        values && contextOf(spec, values),
      )
      return tf.squeeze(withContext(cost.reconstruction(output), values), [0])
    },
  }
}

/** Both [copies, rows, features]. */
function scoreByCode(
  spec: ModelSpec,
  cost: Cost,
  parameters: Tensors,
  clean: CleanRows,
  code: tf.Tensor,
): Scored {
  const output = decode(spec, parameters, code, contextOf(spec, clean.values))
  return { errors: cost.costs(clean, output), reconstruction: cost.reconstruction(output) }
}

function scoreByBound(
  spec: ModelSpec,
  { beta, samples, together }: Variational & { readonly together: number },
  cost: Cost,
  parameters: Tensors,
  clean: CleanRows,
): Scored {
  const distribution = distributionOf(spec, parameters, clean.values)
  const random = seededRandom(spec.seed, 'codes of the bound')
  // Group by group, so that memory does not grow with the number of samples.
  let total: Scored | undefined
  for (let first = 0; first < samples; first += together) {
    const noise = codeNoise(spec, Math.min(together, samples - first), random)
    const next = sumOverDraws(spec, cost, parameters, clean, distribution, noise)
    total = total
      ? {
          errors: tf.add(total.errors, next.errors),
          reconstruction: tf.add(total.reconstruction, next.reconstruction),
        }
      : next
  }
  if (!total) throw new Error('A bound takes at least one sample.')
  const weight = beta / Math.max(1, judgedFeatures(spec).length)
  const spread = tf.mul(tf.expandDims(divergence(distribution), -1), weight)
  return {
    errors: tf.add(tf.mul(total.errors, 1 / samples), whereCounted(spread, clean)),
    reconstruction: tf.mul(total.reconstruction, 1 / samples),
  }
}

/** Normal numbers [1, draws, 1, code], draw by draw, so that it changes nothing how many are made together. */
function codeNoise(spec: ModelSpec, draws: number, random: Random): tf.Tensor {
  const nodes = spec.layers[spec.codeLayer] ?? 1
  const noise = new Float32Array(draws * nodes)
  for (let draw = 0; draw < draws; draw += 1)
    fillNormals(noise.subarray(draw * nodes, (draw + 1) * nodes), random, 1)
  return tf.tensor4d(noise, [1, draws, 1, nodes])
}

/** Sums over several drawn codes of each row, which the decoder sees as so many rows: both [copies, rows, features]. */
function sumOverDraws(
  spec: ModelSpec,
  cost: Cost,
  parameters: Tensors,
  clean: CleanRows,
  { mean, logVariance }: Distribution,
  noise: tf.Tensor,
): Scored {
  const [copies = 1, rows = 1, nodes = 1] = mean.shape
  const draws = noise.shape[1] ?? 1
  const byDraw = { mean: tf.expandDims(mean, 1), logVariance: tf.expandDims(logVariance, 1) }
  const code = tf.reshape(drawnCode(byDraw, noise), [copies, draws * rows, nodes])
  const context = contextOf(spec, clean.values)
  const output = decode(spec, parameters, code, context && tf.tile(context, [1, draws, 1]))
  const apart = (head: tf.Tensor) => tf.reshape(head, [copies, draws, rows, spec.features])
  const drawn: Output = { values: apart(output.values), spread: output.spread && apart(output.spread) }
  const target: CleanRows = {
    ...clean,
    values: tf.expandDims(clean.values, 1),
    counted: clean.counted && tf.expandDims(clean.counted, 1),
  }
  return {
    errors: tf.sum(cost.costs(target, drawn), 1),
    reconstruction: tf.sum(cost.reconstruction(drawn), 1),
  }
}
