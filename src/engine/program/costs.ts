import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../engine.ts'
import { binaryCost } from './costs/binary.ts'
import { categoryCost } from './costs/categories.ts'
import type { Cost } from './costs/cost.ts'
import { differenceCost } from './costs/differences.ts'
import { likelihoodCost } from './costs/likelihood.ts'
import { type CleanRows, flags, perFeature } from './loss.ts'

/** The cost that the model asks for: `cellLoss`, and softmax cross-entropy within its blocks of categories. */
export function createCost(spec: ModelSpec): Cost {
  const cells = cellCost(spec)
  if (spec.categories.length === 0) return cells
  const inBlocks = flags(
    spec.features,
    spec.categories.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index)),
  )
  const blocks = categoryCost(spec)
  const [inside, outside] = [() => perFeature(inBlocks), () => perFeature(inBlocks.map((flag) => 1 - flag))]
  const only = (clean: CleanRows, mask: tf.Tensor): CleanRows => ({
    ...clean,
    counted: clean.counted ? tf.mul(clean.counted, mask) : mask,
  })
  return {
    costs: (clean, output) =>
      tf.add(cells.costs(only(clean, outside()), output), blocks.costs(only(clean, inside()), output)),
    reconstruction: (output) =>
      tf.add(
        tf.mul(cells.reconstruction(output), outside()),
        tf.mul(blocks.reconstruction(output), inside()),
      ),
  }
}

function cellCost(spec: ModelSpec): Cost {
  switch (spec.cellLoss) {
    case 'binary-cross-entropy':
      return binaryCost(spec)
    case 'gaussian-likelihood':
      return likelihoodCost()
    default:
      return differenceCost(spec.cellLoss)
  }
}
