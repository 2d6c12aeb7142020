import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { onnxExecutor } from '../../src/engine/onnxExecutor.ts'
import { recorders } from '../../src/engine/ops/all.ts'
import type { InputSpec, NumberArray, Tensors } from '../../src/engine/program/inputs.ts'
import { named, sizeOf } from '../../src/engine/program/inputs.ts'
import { fillIntegers, fillNormals, seededRandom } from '../../src/engine/random.ts'
import { tensorflowExecutor } from '../../src/engine/tensorflowExecutor.ts'
import '../../src/engine/referenceEngine.ts'
import { relativeError } from './examples.ts'

/** Sides of the random shapes of one trial. */
interface Sides {
  readonly e: number
  readonly r: number
  readonly c: number
}

interface KernelCase {
  readonly shapes: (sides: Sides) => Record<string, readonly number[]>
  /** Moves random normals into the kernel's domain. */
  readonly domain?: (value: number) => number
  /** Inputs that hold whole numbers below this bound. */
  readonly integers?: (sides: Sides) => Record<string, number>
  readonly run: (inputs: Tensors, sides: Sides) => tf.Tensor | Record<string, tf.Tensor>
}

const one = ({ e, r, c }: Sides) => ({ x: [e, r, c] })
const two = ({ e, r, c }: Sides) => ({ x: [e, r, c], y: [1, c] })
const x = (inputs: Tensors) => named(inputs, 'x')
const y = (inputs: Tensors) => named(inputs, 'y')
const positive = (value: number) => Math.abs(value) + 0.1
const unchanged = (value: number) => value
const boolean = (inputs: Tensors) => tf.greater(x(inputs), 0)
const asFloat = (tensor: tf.Tensor) => tf.cast(tensor, 'float32')
const unary = (run: (x: tf.Tensor) => tf.Tensor, domain?: (value: number) => number): KernelCase => ({
  shapes: one,
  ...(domain ? { domain } : {}),
  run: (inputs) => run(x(inputs)),
})
const binary = (
  run: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor,
  domain?: (value: number) => number,
): KernelCase => ({
  shapes: two,
  ...(domain ? { domain } : {}),
  run: (inputs) => run(x(inputs), y(inputs)),
})
/** Whole numbers, so that comparisons meet equal values too. */
const comparison = (run: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor): KernelCase =>
  binary((a, b) => asFloat(run(a, b)), Math.round)

const cases: Record<string, KernelCase> = {
  Abs: unary(tf.abs),
  Ceil: unary(tf.ceil),
  Elu: unary(tf.elu),
  Exp: unary(tf.exp),
  Floor: unary(tf.floor),
  IsNan: unary(
    (value) => asFloat(tf.isNaN(value)),
    (value) => (value > 0.5 ? Number.NaN : value),
  ),
  Log: unary(tf.log, positive),
  Log1p: unary(tf.log1p, (value) => (value > 0 ? value * 100 : 1e-7 * -value)),
  LogicalNot: { shapes: one, run: (inputs) => asFloat(tf.logicalNot(boolean(inputs))) },
  Neg: unary(tf.neg),
  Reciprocal: unary(tf.reciprocal, positive),
  Relu: unary(tf.relu),
  Rsqrt: unary(tf.rsqrt, positive),
  Sigmoid: unary(tf.sigmoid, (value) => 20 * value),
  Sign: unary(tf.sign),
  Softplus: unary(tf.softplus),
  Sqrt: unary(tf.sqrt, positive),
  Square: unary(tf.square),
  Tanh: unary(tf.tanh),

  Add: binary(tf.add),
  AddN: {
    shapes: ({ r, c }) => ({ x: [r, c], y: [r, c] }),
    run: (inputs) => tf.addN([x(inputs), y(inputs), x(inputs)]),
  },
  Maximum: binary(tf.maximum),
  Minimum: binary(tf.minimum),
  Multiply: binary(tf.mul),
  Pow: binary(tf.pow, positive),
  RealDiv: binary(tf.div, positive),
  SquaredDifference: binary(tf.squaredDifference),
  Sub: binary(tf.sub),

  Equal: comparison(tf.equal),
  Greater: comparison(tf.greater),
  GreaterEqual: comparison(tf.greaterEqual),
  Less: comparison(tf.less),
  LessEqual: comparison(tf.lessEqual),
  LogicalAnd: comparison((a, b) => tf.logicalAnd(tf.greater(a, 0), tf.less(b, 1))),
  LogicalOr: comparison((a, b) => tf.logicalOr(tf.greater(a, 0), tf.less(b, 1))),
  Select: {
    shapes: ({ r, c }) => ({ x: [r, c], y: [r, c] }),
    run: (inputs) => tf.where(boolean(inputs), x(inputs), y(inputs)),
  },

  Cast: { shapes: one, run: (inputs) => asFloat(tf.cast(tf.mul(x(inputs), 10), 'int32')) },
  Concat: {
    shapes: ({ e, r, c }) => ({ x: [e, r], y: [e, c] }),
    run: (inputs) => tf.concat([x(inputs), y(inputs)], -1),
  },
  ExpandDims: unary((value) => tf.expandDims(value, -1)),
  Identity: unary((value) => tf.add(value.clone(), 1)),
  Pack: {
    shapes: ({ r, c }) => ({ x: [r, c], y: [r, c] }),
    run: (inputs) => tf.stack([x(inputs), y(inputs)], -1),
  },
  PadV2: unary((value) =>
    tf.pad(
      value,
      [
        [0, 1],
        [2, 0],
        [1, 3],
      ],
      1.5,
    ),
  ),
  Reshape: { shapes: one, run: (inputs, { r }) => tf.reshape(x(inputs), [r, -1]) },
  Slice: { shapes: one, run: (inputs) => tf.slice(x(inputs), [0, 1], [-1, 1]) },
  SplitV: {
    shapes: one,
    run: (inputs, { c }) => {
      const [first, second] = tf.split(x(inputs), [1, c - 1], 2)
      return { first: first as tf.Tensor, second: second as tf.Tensor }
    },
  },
  Tile: unary((value) => tf.tile(value, [2, 1, 3])),
  Transpose: unary((value) => tf.transpose(value, [2, 0, 1])),

  Max: unary((value) => tf.max(value, [0, 2])),
  Mean: unary((value) => tf.mean(value, 1, true)),
  Min: unary((value) => tf.min(value, -1)),
  Prod: unary((value) => tf.prod(value, 1)),
  Sum: unary((value) => tf.sum(value, [1, 2])),

  BatchMatMul: {
    shapes: ({ e, r, c }) => ({ x: [e, r, c], y: [e, r, c], z: [1, c, r] }),
    run: (inputs) => ({
      plain: tf.matMul(x(inputs), named(inputs, 'z')),
      left: tf.matMul(x(inputs), y(inputs), true, false),
      right: tf.matMul(x(inputs), y(inputs), false, true),
      both: tf.matMul(tf.transpose(x(inputs), [0, 2, 1]), y(inputs), true, true),
    }),
  },
  GatherV2: {
    shapes: ({ e, r, c }) => ({ x: [e, r, c], rows: [3, 2] }),
    integers: ({ r }) => ({ rows: r }),
    run: (inputs) => tf.gather(x(inputs), named(inputs, 'rows') as tf.Tensor2D, 1),
  },
  Softmax: unary((value) => tf.softmax(value)),
  TopK: {
    shapes: one,
    run: (inputs, { c }) => {
      const { values, indices } = tf.topk(x(inputs), Math.max(1, c - 1))
      return { values, indices: asFloat(indices) }
    },
  },

  Fill: { shapes: one, run: (inputs, { c }) => tf.add(x(inputs), tf.fill([c], 2.5)) },
  OnesLike: unary((value) => tf.sub(tf.onesLike(value), value)),
  ZerosLike: unary((value) => tf.sub(tf.zerosLike(value), value)),
}

const onnx = onnxExecutor({ threads: 1 })
const cpu = tensorflowExecutor('cpu')
const sides = fc.record({
  e: fc.integer({ min: 1, max: 3 }),
  r: fc.integer({ min: 2, max: 9 }),
  c: fc.integer({ min: 2, max: 11 }),
})

describe('recorded kernels', () => {
  it('are all tested here', () => {
    expect(Object.keys(cases).toSorted()).toEqual(Object.keys(recorders).toSorted())
  })

  for (const [kernel, { shapes, domain = unchanged, integers, run }] of Object.entries(cases)) {
    it(`${kernel} computes what TensorFlow.js computes`, async () => {
      await fc.assert(
        fc.asyncProperty(sides, fc.nat(), async (trial, seed) => {
          const random = seededRandom(seed, kernel)
          const bounds = integers?.(trial) ?? {}
          const inputs: InputSpec[] = []
          const values: Record<string, NumberArray> = {}
          for (const [name, shape] of Object.entries(shapes(trial))) {
            const bound = bounds[name]
            inputs.push({ name, shape, dtype: bound === undefined ? 'float32' : 'int32' })
            if (bound === undefined) {
              const normals = new Float32Array(sizeOf(shape))
              fillNormals(normals, random, 1)
              values[name] = normals.map(domain)
            } else {
              const whole = new Int32Array(sizeOf(shape))
              fillIntegers(whole, random, bound)
              values[name] = whole
            }
          }
          const definition = {
            fixed: [],
            inputs,
            run: (tensors: Tensors) => {
              const result = run(tensors, trial)
              return result instanceof tf.Tensor ? { result } : result
            },
          }
          const [traced, reference] = [await onnx.compile(definition), await cpu.compile(definition)]
          const [actual, expected] = [await traced.run(values), await reference.run(values)]
          expect(Object.keys(actual)).toEqual(Object.keys(expected))
          for (const [name, array] of Object.entries(expected)) {
            expect(relativeError(named(actual, name), array), `${kernel} ${name}`).toBeLessThan(2e-6)
          }
          await traced.close()
          await reference.close()
        }),
        { numRuns: 5 },
      )
    })
  }

  it('keeps log1p accurate where x is tiny', async () => {
    const definition = {
      fixed: [],
      inputs: [{ name: 'x', shape: [4], dtype: 'float32' as const }],
      run: (inputs: Tensors) => ({ result: tf.log1p(x(inputs)) }),
    }
    const compiled = await onnx.compile(definition)
    const { result } = await compiled.run({ x: Float32Array.of(0, 1e-9, 3e-5, 1e6) })
    const expected = [0, 1e-9, 3e-5, 1e6].map((value) => Math.log1p(Math.fround(value)))
    for (const [index, value] of expected.entries()) {
      expect(Math.abs((result?.[index] ?? 1) - value)).toBeLessThanOrEqual(3e-7 * value)
    }
  })
})
