import * as tf from '@tensorflow/tfjs-core'
import { named } from '../../../src/engine/program/inputs.ts'
import {
  asFloat,
  type Draw,
  extreme,
  type KernelCase,
  moderate,
  shaped,
  type Trial,
  within,
  x,
  y,
} from '../kernelTrials.ts'

function product(draw: Draw, batchA: readonly number[], batchB: readonly number[]): Trial {
  const [rows, inner, columns] = [draw.integer(1, 19), draw.integer(1, 19), draw.integer(1, 19)]
  const [transposeA, transposeB] = [draw.chance(0.5), draw.chance(0.5)]
  return {
    inputs: {
      x: draw.floats([...batchA, ...(transposeA ? [inner, rows] : [rows, inner])]),
      y: draw.floats([...batchB, ...(transposeB ? [columns, inner] : [inner, columns])]),
    },
    run: (inputs) => tf.matMul(x(inputs), y(inputs), transposeA, transposeB),
  }
}

export const linear: Record<string, KernelCase> = {
  BatchMatMul: {
    trial(draw) {
      const [batch, other] = [draw.shape(0, 2), draw.shape(0, 2)]
      // Either broadcasts to the other, or they are the same.
      const [a, b] = draw.pick([
        [batch, batch],
        [batch, []],
        [[], other],
        [batch, batch.map(() => 1)],
        [other.map(() => 1), other],
      ])
      return product(draw, a ?? batch, b ?? batch)
    },
    tolerance: { absolute: 2e-5 },
    // TensorFlow.js's own gradient does not add up what was broadcast.
    gradient(draw) {
      const batch = draw.shape(0, 2)
      return product(draw, batch, batch)
    },
  },
  GatherV2: {
    trial(draw) {
      const shape = draw.shape(1)
      const axis = draw.axis(shape.length)
      const indices = draw.integers(draw.shape(0, 2), 0, (shape.at(axis) ?? 1) - 1)
      return {
        inputs: { x: draw.floats(shape, extreme), indices },
        run: (inputs) => tf.gather(x(inputs), named(inputs, 'indices') as tf.Tensor1D, axis),
      }
    },
  },
  Softmax: shaped(() => (value) => tf.softmax(value), {
    numbers: within(60),
    tolerance: { absolute: 2e-6 },
    gradient: true,
  }),
  TopK: shaped(
    (draw, shape) => {
      const k = draw.integer(1, shape.at(-1) ?? 1)
      return (value) => {
        const { values, indices } = tf.topk(value, k)
        return { values, indices: asFloat(indices) }
      }
    },
    // Of equal values either may come first: they are not met here.
    { numbers: moderate },
  ),
}
