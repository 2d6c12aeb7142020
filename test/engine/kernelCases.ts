import * as tf from '@tensorflow/tfjs-core'
import { named } from '../../src/engine/program/inputs.ts'
import {
  anyPositive,
  binary,
  type Draw,
  extreme,
  type KernelCase,
  moderate,
  type Numbers,
  positive,
  type Trial,
  type TrialInput,
  unary,
  whole,
  within,
  x,
  y,
} from './kernelTrials.ts'

const asFloat = (tensor: tf.Tensor) => tf.cast(tensor, 'float32')
const offZero: Numbers = (draw) => draw.pick([-1, 1]) * (0.1 + draw.uniform())
const finite: Numbers = (draw) => {
  const number = extreme(draw)
  return Number.isFinite(number) ? number : 0
}
/** ONNX Runtime approximates these with a fixed number of correct digits after the point. */
const smooth = { tolerance: { absolute: 2e-6 } }

const smoothUnary = (run: (x: tf.Tensor) => tf.Tensor, limit: number): KernelCase =>
  unary(run, within(limit), { ...smooth, gradient: unary(run, within(4)).trial })
const withGradient = (run: (x: tf.Tensor) => tf.Tensor, numbers: Numbers, near: Numbers): KernelCase =>
  unary(run, numbers, { gradient: unary(run, near).trial })
/** TensorFlow.js's own gradient of these does not add up what was broadcast. */
const ofOneShape = (run: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor, numbers: Numbers = extreme): KernelCase =>
  binary(run, numbers, {
    gradient(draw) {
      const shape = draw.shape()
      return {
        inputs: { x: draw.floats(shape), y: draw.floats(shape) },
        run: (inputs) => run(x(inputs), y(inputs)),
      }
    },
  })
const arithmetic = (
  run: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor,
  numbers: Numbers = extreme,
  near: Numbers = moderate,
): KernelCase => binary(run, numbers, { gradient: binary(run, near).trial })
const comparison = (run: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor): KernelCase => ({
  trial: (draw) => binary((a, b) => asFloat(run(a, b)), draw.chance(0.5) ? whole : extreme).trial(draw),
})

const elementwise: Record<string, KernelCase> = {
  Abs: unary(tf.abs),
  Ceil: unary(tf.ceil),
  Elu: unary(tf.elu, within(50), smooth),
  // Beyond 88 the largest number of 32 bits is passed; how a result too small for full precision is kept, may differ.
  Exp: withGradient(tf.exp, within(200), moderate),
  Floor: unary(tf.floor),
  IsNan: unary(
    (value) => asFloat(tf.isNaN(value)),
    (draw) => (draw.chance(0.3) ? Number.NaN : extreme(draw)),
  ),
  Log: withGradient(tf.log, anyPositive, positive),
  Log1p: withGradient(
    tf.log1p,
    (draw) => draw.pick([-1 + 1e-3 * draw.uniform(), Math.abs(finite(draw)), 1e-6 * draw.normal()]),
    positive,
  ),
  LogicalNot: unary((value) => asFloat(tf.logicalNot(tf.greater(value, 0)))),
  Neg: withGradient(tf.neg, extreme, moderate),
  Reciprocal: withGradient(tf.reciprocal, extreme, offZero),
  Relu: unary(tf.relu),
  Rsqrt: withGradient(tf.rsqrt, anyPositive, positive),
  Sigmoid: smoothUnary(tf.sigmoid, 500),
  Sign: unary(tf.sign),
  Softplus: smoothUnary(tf.softplus, 500),
  Sqrt: withGradient(tf.sqrt, anyPositive, positive),
  Square: withGradient(tf.square, extreme, moderate),
  Tanh: smoothUnary(tf.tanh, 100),

  Add: arithmetic(tf.add),
  AddN: {
    trial(draw) {
      const shape = draw.shape()
      return {
        inputs: { x: draw.floats(shape), y: draw.floats(shape), z: draw.floats(shape) },
        run: (inputs) => tf.addN([x(inputs), y(inputs), named(inputs, 'z'), x(inputs)]),
      }
    },
    tolerance: { absolute: 1e-6 },
    gradient: true,
  },
  Maximum: ofOneShape(tf.maximum),
  Minimum: ofOneShape(tf.minimum),
  Multiply: arithmetic(tf.mul),
  Pow: binary(tf.pow, positive, { tolerance: { relative: 2e-5 } }),
  RealDiv: arithmetic(tf.div, extreme, offZero),
  SquaredDifference: ofOneShape(tf.squaredDifference, finite),
  Sub: arithmetic(tf.sub),

  Equal: comparison(tf.equal),
  Greater: comparison(tf.greater),
  GreaterEqual: comparison(tf.greaterEqual),
  Less: comparison(tf.less),
  LessEqual: comparison(tf.lessEqual),
  LogicalAnd: comparison((a, b) => tf.logicalAnd(tf.greater(a, 0), tf.less(b, 1))),
  LogicalOr: comparison((a, b) => tf.logicalOr(tf.greater(a, 0), tf.less(b, 1))),
  Select: {
    trial(draw) {
      const shape = draw.shape()
      return {
        inputs: { x: draw.floats(shape), y: draw.floats(shape), condition: draw.floats(shape) },
        run: (inputs) => tf.where(tf.greater(named(inputs, 'condition'), 0), x(inputs), y(inputs)),
      }
    },
  },
}

/** A float tensor with at least one axis, called with the draw for its choices. */
const shaped = (
  choose: (draw: Draw, shape: readonly number[]) => (x: tf.Tensor) => tf.Tensor | Record<string, tf.Tensor>,
  more: Partial<KernelCase> & { readonly numbers?: Numbers; readonly lowestRank?: number } = {},
): KernelCase => {
  const { numbers = extreme, lowestRank = 1, ...rest } = more
  return {
    trial(draw) {
      const shape = draw.shape(lowestRank)
      const run = choose(draw, shape)
      return { inputs: { x: draw.floats(shape, numbers) }, run: (inputs) => run(x(inputs)) }
    },
    ...rest,
  }
}

const several = (draw: Draw, shapes: readonly (readonly number[])[]): Record<string, TrialInput> =>
  Object.fromEntries(shapes.map((shape, index) => [`x${index}`, draw.floats(shape)]))

const shapes: Record<string, KernelCase> = {
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
  SplitV: shaped((draw, shape) => {
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

const reductions: Record<string, KernelCase> = {
  Max: reduction(tf.max, extreme),
  Mean: reduction(tf.mean, moderate, { tolerance: { absolute: 2e-6 }, gradient: true }),
  Min: reduction(tf.min, extreme),
  Prod: reduction(tf.prod, offZero, { tolerance: { relative: 1e-5 } }),
  Sum: reduction(tf.sum, moderate, { tolerance: { absolute: 2e-5 }, gradient: true }),
}

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

const linear: Record<string, KernelCase> = {
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

const constants: Record<string, KernelCase> = {
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

/** How every recorder is tried, by the kernel's name. */
export const kernelCases: Readonly<Record<string, KernelCase>> = {
  ...elementwise,
  ...shapes,
  ...reductions,
  ...linear,
  ...constants,
}
