import type { Tensor } from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../../engine.ts'
import type { CleanRows } from '../loss.ts'
import type { Output } from '../network.ts'

/** How the network's output is read and judged. */
export interface Cost {
  /** Cost of each cell, never negative, 0 where it does not count: [copies, rows, features]. */
  costs(clean: CleanRows, output: Output): Tensor
  /** What the output says a cell is, in encoded units: [copies, rows, features]. */
  reconstruction(output: Output): Tensor
}

/** Lowest value and extent of each feature; the extent of a constant feature counts as 1. */
export function rangesOf(spec: ModelSpec): {
  readonly low: readonly number[]
  readonly extent: readonly number[]
} {
  if (!spec.ranges) throw new Error(`The loss needs the range of each feature: set "ranges" in the model.`)
  const { low, high } = spec.ranges
  return { low, extent: low.map((from, feature) => (high[feature] ?? from) - from || 1) }
}
