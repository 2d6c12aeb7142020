import * as tf from '@tensorflow/tfjs-core'
import { type KernelCase, shaped } from '../kernelTrials.ts'

export const constants: Record<string, KernelCase> = {
  Fill: shaped((draw, shape) => {
    const filled = draw
      .shape(0, shape.length)
      .map((_, axis, all) => shape[shape.length - all.length + axis] ?? 1)
    const number = draw.pick([0, -2.5, 1e30])
    return (value) => tf.add(tf.fill(filled, number), value)
  }),
  OnesLike: shaped(() => (value) => tf.sub(tf.onesLike(value), value), { lowestRank: 0 }),
  ZerosLike: shaped(() => (value) => tf.sub(tf.zerosLike(value), value), { lowestRank: 0 }),
}
