import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../../engine.ts'
import type { Random } from '../../random.ts'
import { activationOf } from '../activation.ts'
import { createBank } from '../corruption/bank.ts'
import { named, type Tensors } from '../inputs.ts'
import { widths } from '../layout.ts'
import { divided, layerSums } from '../network.ts'
import type { Code } from './code.ts'

/** Up to this many code nodes the norm is exact: one backward pass for each. */
export const mostExactNodes = 16
/** Random directions per row above that. */
export const probes = 4

/**
 * `weight` x the squared Frobenius norm of the Jacobian of the code with respect to the divided input (Rifai et al.,
 * 2011). Above `mostExactNodes` code nodes its unbiased estimate |J' v|^2, averaged over `probes` vectors v of random
 * signs, fresh for each row (Hutchinson, 1989). The backward pass is spelled out, so that it can be differentiated.
 */
export function contractiveCode(spec: ModelSpec, weight: number): Code {
  const { codeLayer, copies, batchRows: rows } = spec
  const sides = widths(spec)
  const nodes = sides[codeLayer + 1] ?? 1
  const isExact = nodes <= mostExactNodes
  const directions = isExact ? nodes : probes
  const signs = isExact ? null : createBank(spec, 'probe signs', fillSigns, probes * nodes)

  /** [1 or copies, 1 or rows, directions, code]: where the backward passes start. */
  const starts = (inputs: Tensors): tf.Tensor =>
    signs
      ? tf.reshape(signs.read(inputs), [copies, rows, directions, nodes])
      : tf.tensor4d(identityMatrix(nodes), [1, 1, nodes, nodes])

  return {
    sessionInputs: signs ? [signs.session] : [],
    stepInputs: signs ? [signs.step] : [],
    penalisesBatch: false,
    train(parameters, input, inputs) {
      let hidden = divided(spec, input)
      const slopes: (tf.Tensor | null)[] = []
      for (let layer = 0; layer <= codeLayer; layer += 1) {
        const activation = activationOf(spec, layer)
        const sums = layerSums(spec, parameters, layer, hidden)
        hidden = activation.apply(sums)
        slopes.push(activation.slope(sums))
      }
      let back = starts(inputs)
      let norms: tf.Tensor | undefined
      for (let layer = codeLayer; layer >= 0; layer -= 1) {
        const [before, side] = [sides[layer] ?? 1, sides[layer + 1] ?? 1]
        const slope = slopes[layer] ?? tf.ones([copies, rows, side])
        const through = tf.mul(back, tf.reshape(slope, [copies, rows, 1, side]))
        const flat = tf.reshape(through, [copies, rows * directions, side])
        const weights = named(parameters, `weights ${layer}`)
        if (layer === 0 && before > side) {
          // |W v|^2 = v' (W' W) v: with many features far cheaper than W v itself.
          const products = tf.matMul(flat, tf.matMul(weights, weights, true, false))
          norms = tf.sum(tf.reshape(tf.mul(flat, products), [copies, rows, directions * side]), 2)
        } else {
          const product = tf.matMul(flat, weights, false, true)
          back = tf.reshape(product, [copies, rows, directions, before])
        }
      }
      norms ??= tf.sum(tf.square(back), [2, 3])
      return {
        code: hidden,
        rowPenalty: tf.mul(norms, weight / (isExact ? 1 : probes)),
        batchPenalty: null,
      }
    },
  }
}

function identityMatrix(side: number): Float32Array {
  const values = new Float32Array(side * side)
  for (let index = 0; index < side; index += 1) values[index * (side + 1)] = 1
  return values
}

function fillSigns(target: Float32Array, random: Random): void {
  for (let index = 0; index < target.length; index += 1) target[index] = random.uniform() < 0.5 ? -1 : 1
}
