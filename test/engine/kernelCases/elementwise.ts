import * as tf from '@tensorflow/tfjs-core'
import { named } from '../../../src/engine/program/inputs.ts'
import {
  anyPositive,
  asFloat,
  binary,
  type Draw,
  extreme,
  type KernelCase,
  moderate,
  type Numbers,
  offZero,
  positive,
  type Trial,
  unary,
  whole,
  within,
  x,
  y,
} from '../kernelTrials.ts'

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

/** Bases above 0, and exponents of both signs: nothing overflows, also where a slope multiplies by them. */
function powers(draw: Draw): Trial {
  const [base, exponent] = draw.shapes()
  return {
    inputs: {
      x: draw.floats(base, () => 0.3 + 2 * draw.uniform()),
      y: draw.floats(exponent, within(3)),
    },
    run: (inputs) => tf.pow(x(inputs), y(inputs)),
  }
}

export const elementwise: Record<string, KernelCase> = {
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
  Pow: binary(tf.pow, positive, { tolerance: { relative: 2e-5 }, gradient: powers }),
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
        inputs: { x: draw.floats(shape), y: draw.floats(shape), condition: draw.integers(shape, 0, 1) },
        run: (inputs) => tf.where(tf.greater(named(inputs, 'condition'), 0), x(inputs), y(inputs)),
      }
    },
    gradient: true,
  },
}
