import * as tf from '@tensorflow/tfjs-core'
import { extreme, type KernelCase, moderate, type Numbers, offZero, shaped } from '../kernelTrials.ts'

const reduction = (
  run: (x: tf.Tensor, axes: number[] | undefined, keepDims: boolean) => tf.Tensor,
  numbers: Numbers,
  more: Partial<KernelCase> = {},
): KernelCase =>
  shaped(
    (draw, shape) => {
      const chosen = shape.flatMap((_, axis) => (draw.chance(0.5) ? [axis] : []))
      const axes = draw.chance(0.2)
        ? undefined
        : chosen.map((axis) => (draw.chance(0.3) ? axis - shape.length : axis))
      const keepDims = draw.chance(0.5)
      return (value) => run(value, axes?.length === 0 ? undefined : axes, keepDims)
    },
    { numbers, lowestRank: 0, ...more },
  )

export const reductions: Record<string, KernelCase> = {
  // Of equal values either may get the slope: gradients are taken where there are none.
  Max: reduction(tf.max, extreme, { gradient: reduction(tf.max, moderate).trial }),
  Mean: reduction(tf.mean, moderate, { tolerance: { absolute: 2e-6 }, gradient: true }),
  Min: reduction(tf.min, extreme, { gradient: reduction(tf.min, moderate).trial }),
  Prod: reduction(tf.prod, offZero, { tolerance: { relative: 1e-5 } }),
  Sum: reduction(tf.sum, moderate, { tolerance: { absolute: 2e-5 }, gradient: true }),
}
