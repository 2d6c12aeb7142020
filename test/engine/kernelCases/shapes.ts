import * as tf from '@tensorflow/tfjs-core'
import { named } from '../../../src/engine/program/inputs.ts'
import {
  asFloat,
  type Draw,
  type KernelCase,
  moderate,
  shaped,
  type TrialInput,
  unary,
  within,
  x,
} from '../kernelTrials.ts'

const several = (draw: Draw, shapes: readonly (readonly number[])[]): Record<string, TrialInput> =>
  Object.fromEntries(shapes.map((shape, index) => [`x${index}`, draw.floats(shape)]))

export const shapes: Record<string, KernelCase> = {
  Cast: {
    trial(draw) {
      const shape = draw.shape()
      const to = draw.pick(['int32', 'bool', 'float32'] as const)
      return draw.chance(0.5)
        ? {
            inputs: { x: draw.floats(shape, within(1e6)) },
            run: (inputs) => asFloat(tf.cast(tf.mul(x(inputs), 1), to)),
          }
        : {
            inputs: { x: draw.integers(shape, -3, 3) },
            run: (inputs) => asFloat(tf.cast(x(inputs), to)),
          }
    },
  },
  Concat: {
    trial(draw) {
      const shape = draw.shape(1)
      const axis = draw.axis(shape.length)
      const inputs = several(
        draw,
        Array.from({ length: draw.integer(1, 4) }, () => shape.with(axis, draw.integer(1, 4))),
      )
      const names = Object.keys(inputs)
      return {
        inputs,
        run: (given) =>
          tf.concat(
            names.map((name) => tf.neg(named(given, name))),
            axis,
          ),
      }
    },
    gradient: true,
  },
  ExpandDims: shaped(
    (draw, shape) => {
      const axis = draw.integer(-shape.length - 1, shape.length)
      return (value) => tf.expandDims(value, axis)
    },
    { lowestRank: 0, gradient: true },
  ),
  Identity: unary((value) => tf.add(value.clone(), 1), moderate, { gradient: true }),
  Pack: {
    trial(draw) {
      const shape = draw.shape(0, 3)
      const inputs = several(
        draw,
        Array.from({ length: draw.integer(1, 4) }, () => shape),
      )
      const names = Object.keys(inputs)
      const axis = draw.integer(-shape.length - 1, shape.length)
      return {
        inputs,
        run: (given) =>
          tf.stack(
            names.map((name) => named(given, name)),
            axis,
          ),
      }
    },
  },
  PadV2: shaped(
    (draw, shape) => {
      const paddings = shape.map((): [number, number] => [draw.integer(0, 2), draw.integer(0, 3)])
      const filler = draw.pick([0, 1.5, -2])
      return (value) => tf.pad(value, paddings, filler)
    },
    { gradient: true },
  ),
  Reshape: shaped(
    (draw, shape) => {
      const flat = shape.reduce((product, side) => product * side, 1)
      const divisors = Array.from({ length: flat }, (_, index) => index + 1).filter((one) => flat % one === 0)
      const first = draw.pick(divisors)
      const to = draw.pick([[first, -1], [-1], [flat], [-1, 1, first], [flat / first, first]])
      return (value) => tf.reshape(value, to)
    },
    { lowestRank: 0, gradient: true },
  ),
  Slice: shaped(
    (draw, shape) => {
      const begin = shape.map((side) => draw.integer(0, side - 1))
      const size = shape.map((side, axis) =>
        draw.chance(0.3) ? -1 : draw.integer(1, side - (begin[axis] ?? 0)),
      )
      return (value) => tf.slice(value, begin, size)
    },
    { gradient: true },
  ),
  SplitV: {
    ...shaped((draw, shape) => {
      const axis = draw.axis(shape.length)
      const side = shape.at(axis) ?? 1
      const first = draw.integer(0, side)
      const sizes = draw.pick([
        [first, side - first],
        [first, -1],
        [side],
        Array.from({ length: side }, () => 1),
      ])
      return (value) =>
        Object.fromEntries(tf.split(value, sizes, axis).map((part, index) => [`part ${index}`, part]))
    }),
    // As one tensor, in which each part has another slope. TensorFlow.js has no gradient of a split into one part.
    gradient: shaped(
      (draw, shape) => {
        const axis = draw.axis(shape.length)
        const first = draw.integer(0, shape.at(axis) ?? 1)
        return (value) => {
          const [one, other] = tf.split(value, [first, -1], axis)
          return tf.concat([tf.mul(other as tf.Tensor, 2), tf.mul(one as tf.Tensor, 3)], axis)
        }
      },
      { numbers: moderate },
    ).trial,
  },
  Tile: shaped(
    (draw, shape) => {
      const repeats = shape.map(() => draw.integer(1, 3))
      return (value) => tf.tile(value, repeats)
    },
    { gradient: true },
  ),
  Transpose: shaped(
    (draw, shape) => {
      const order = draw.order(shape.length)
      return (value) => tf.transpose(value, order)
    },
    { gradient: true },
  ),
}
