import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { compileBatches } from '../../src/engine/executor.ts'
import type { Graph } from '../../src/engine/graph.ts'
import { onnxExecutor } from '../../src/engine/onnxExecutor.ts'
import { threadsFor } from '../../src/engine/onnxThreads.ts'
import { type InputSpec, named, type Tensors } from '../../src/engine/program/inputs.ts'
import { fillNormals, seededRandom } from '../../src/engine/random.ts'
import '../../src/engine/referenceEngine.ts'
import { tensorflowExecutor } from '../../src/engine/tensorflowExecutor.ts'
import { trace } from '../../src/engine/trace.ts'
import { relativeError } from './examples.ts'

const inputs: InputSpec[] = [
  { name: 'x', shape: [1, 6, 4], dtype: 'float32' },
  { name: 'g', shape: [1, 6, 4], dtype: 'float32' },
  { name: 'rows', shape: [1, 6, 1], dtype: 'float32' },
]
type Named = { x: tf.Tensor; g: tf.Tensor; rows: tf.Tensor }
const given = (tensors: Tensors): Named => ({
  x: named(tensors, 'x'),
  g: named(tensors, 'g'),
  rows: named(tensors, 'rows'),
})

/** What is written, and the operations that are left of it. */
const rewrites: Record<string, [(inputs: Named) => tf.Tensor, string[]]> = {
  'sums of squares become one operation': [
    ({ x, g, rows }) => tf.mul(tf.sum(tf.square(tf.sub(x, tf.mul(g, rows))), 2), 2),
    ['Mul', 'Sub', 'ReduceSumSquare', 'Mul'],
  ],
  'the gradient of x sigmoid(x) is factored and reuses the product': [
    ({ x, g, rows }) => {
      const [s, y] = [tf.sigmoid(x), tf.mul(x, tf.sigmoid(x))]
      const gradient = tf.add(tf.mul(g, s), tf.mul(tf.mul(g, x), tf.mul(s, tf.sub(1, s))))
      return tf.add(tf.add(y, gradient), rows)
    },
    ['Sigmoid', 'Mul', 'Sub', 'Mul', 'Add', 'Mul', 'Add', 'Add'],
  ],
  'ones that only repeat a value go, and a number goes to the smaller side': [
    ({ x, g, rows }) => tf.add(tf.mul(tf.mul(rows, tf.ones([1, 6, 4])), tf.mul(x, 2)), g),
    ['Mul', 'Mul', 'Add'],
  ],
  'a batch of one product is a product that takes its bias along, and sums over its rows are one with ones': [
    ({ x, g, rows }) =>
      tf.sum(tf.mul(tf.add(tf.matMul(tf.mul(x, 0.5), g, false, true), tf.reshape(rows, [6])), rows), 1),
    ['Reshape', 'Reshape', 'Reshape', 'Gemm', 'Reshape', 'Mul', 'MatMul', 'Reshape'],
  ],
  'reductions and elementwise operations follow a product to matrices': [
    ({ x, g, rows }) => tf.mean(tf.mul(tf.sigmoid(tf.matMul(x, g, false, true)), rows), 2),
    ['Reshape', 'Reshape', 'Gemm', 'Sigmoid', 'Reshape', 'Mul', 'ReduceMean', 'Reshape'],
  ],
  'a product repeats its bias itself': [
    ({ x, g, rows }) => tf.add(tf.matMul(x, g, false, true), tf.reshape(tf.reshape(rows, [6]), [1, 1, 6])),
    ['Reshape', 'Reshape', 'Reshape', 'Gemm', 'Reshape'],
  ],
  'factors that follow each other are one, also across a reshape': [
    ({ x, g, rows }) =>
      tf.add(tf.mul(tf.reshape(tf.mul(tf.add(x, rows), 0.5), [6, 4, 1]), 3), tf.reshape(g, [6, 4, 1])),
    ['Add', 'Mul', 'Reshape', 'Reshape', 'Add'],
  ],
  'added leading ones are left to broadcasting': [
    ({ x, g, rows }) => tf.add(tf.add(x, tf.mul(g, rows)), tf.reshape(tf.sum(x, [0, 1]), [1, 1, 4])),
    ['Mul', 'Add', 'ReduceSum', 'Add'],
  ],
}

describe('simplified graphs', () => {
  for (const [title, [write, operations]] of Object.entries(rewrites)) {
    it(title, async () => {
      const run = (tensors: Tensors) => ({ result: write(given(tensors)) })
      expect(trace(inputs, run).nodes.map((node) => node.operation)).toEqual(operations)

      const random = seededRandom(1, title)
      const values = Object.fromEntries(
        inputs.map(({ name, shape }) => {
          const normals = new Float32Array(shape.reduce((a, b) => a * b))
          fillNormals(normals, random, 1)
          return [name, normals]
        }),
      )
      const definition = { fixed: [], inputs, run }
      const traced = await onnxExecutor({}).compile(definition)
      const reference = await tensorflowExecutor('cpu').compile(definition)
      const expected = named(await reference.run(values), 'result')
      expect(relativeError(named(await traced.run(values), 'result'), expected)).toBeLessThan(2e-6)
      await traced.close()
      await reference.close()
    })
  }
})

describe('threads', () => {
  const product = (rows: number): Graph =>
    trace([{ name: 'a', shape: [rows, 100], dtype: 'float32' }], (tensors) => ({
      y: tf.matMul(named(tensors, 'a'), tf.ones([100, 100])),
    }))

  it('are shared where the products are worth it, up to four', () => {
    expect(threadsFor(product(4999), 8)).toBe(1)
    expect(threadsFor(product(5001), 8)).toBe(4)
    expect(threadsFor(product(5001), 2)).toBe(2)
    expect(threadsFor(product(5001), 1)).toBe(1)
  })
})

it('a bias becomes weights where all are constants and a layer leaves room', async () => {
  const layers = [
    { name: 'first', shape: [5, 9] },
    { name: 'firstBias', shape: [9] },
    { name: 'second', shape: [9, 4] },
    { name: 'secondBias', shape: [4] },
  ]
  const random = seededRandom(1, 'layers')
  const constants = layers.map((layer) => {
    const values = new Float32Array(layer.shape.reduce((size, side) => size * side, 1))
    fillNormals(values, random, 1)
    return { ...layer, values, dtype: 'float32' as const }
  })
  const run = (tensors: Tensors) => {
    const before = tf.add(
      tf.matMul(named(tensors, 'x'), tf.expandDims(named(tensors, 'first'), 0)),
      named(tensors, 'firstBias'),
    )
    const code = tf.mul(before, tf.sigmoid(before))
    return {
      result: tf.add(
        tf.matMul(code, tf.expandDims(named(tensors, 'second'), 0)),
        named(tensors, 'secondBias'),
      ),
    }
  }
  const rows: InputSpec = { name: 'x', shape: [1, 6, 5], dtype: 'float32' }
  const products = trace([rows], run, constants).nodes.filter(({ operation }) => operation === 'Gemm')
  expect(products.map(({ inputs }) => inputs.map(({ shape }) => shape))).toEqual([
    [[6, 5], [5, 10], [10]],
    [
      [6, 10],
      [10, 4],
    ],
  ])
  const x = new Float32Array(30)
  fillNormals(x, random, 2)
  const results = await Promise.all(
    [onnxExecutor({ threads: 1 }), tensorflowExecutor('cpu')].map(async (executor) => {
      const batches = await compileBatches(executor, { fixed: constants, inputs: [rows], run })
      const { result } = await batches.run(1, { x })
      await batches.close()
      return result ?? new Float32Array(0)
    }),
  )
  expect(relativeError(results[0] ?? [], results[1] ?? [])).toBeLessThan(1e-6)
})
