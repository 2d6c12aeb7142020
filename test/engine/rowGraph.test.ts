import { randomInt } from 'node:crypto'
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { onnxFile } from '../../src/engine/onnxFile.ts'
import { named, type Tensors } from '../../src/engine/program/inputs.ts'
import { seededRandom } from '../../src/engine/random.ts'
import { type RowGraph, traceForAnyRows } from '../../src/engine/rowGraph.ts'

/** Traces a function of x [rows, columns] for any number of rows. */
const traced = (columns: number, run: (x: tf.Tensor2D) => tf.Tensor): RowGraph =>
  traceForAnyRows(
    {
      inputs: (rows) => [{ name: 'x', shape: [rows, columns], dtype: 'float32' }],
      run: (inputs: Tensors) => ({ y: run(named(inputs, 'x') as tf.Tensor2D) }),
    },
    'part/',
  )

async function results(graph: RowGraph, x: Float32Array, columns: number): Promise<unknown> {
  const [input] = graph.inputs
  const y = named(graph.outputs, 'y')
  if (!input) throw new Error('The graph has no input.')
  const session = await InferenceSession.create(
    onnxFile({ name: 'test', inputs: [input], nodes: graph.nodes, outputs: [y] }),
  )
  const found = await session.run({ [input.name]: new Tensor('float32', x, [x.length / columns, columns]) })
  await session.release()
  return found[y.name]?.data
}

describe('a function traced for any number of rows', () => {
  const seed = randomInt(2 ** 31)

  it.each<[string, (x: tf.Tensor2D) => tf.Tensor]>([
    ['reshapes that keep the rows', (x) => tf.reshape(tf.reshape(x, [1, -1, 3]), [-1, 3])],
    ['reshapes that fold the rows', (x) => tf.mul(tf.reshape(x, [-1]), 2)],
    ['sums over the rows', (x) => tf.add(x, tf.sum(x, 0, true))],
    ['repetition', (x) => tf.tile(x, [2, 1])],
    ['parts of every row', (x) => tf.slice(x, [0, 1], [x.shape[0], 2])],
    ['filled tensors', (x) => tf.concat([x, tf.ones([x.shape[0], 1])], 1)],
    ['transposed products', (x) => tf.matMul(x, x, true, false)],
    ['products transposed twice', (x) => tf.matMul(x, tf.tensor2d([1, 2, 3], [1, 3]), false, true)],
  ])(`does what it does eagerly: %s (seed ${seed})`, async (_, run) => {
    const graph = traced(3, run)
    expect(graph.nodes.filter((node) => node.domain !== '')).toEqual([])
    await tf.setBackend('cpu')
    const random = seededRandom(seed, 'rows')
    for (const rows of [2, 7, 211, 300]) {
      const x = Float32Array.from({ length: rows * 3 }, () => random.uniform() - 0.5)
      const expected = await run(tf.tensor2d(x, [rows, 3])).data()
      const found = (await results(graph, x, 3)) as Float32Array
      expect(found.length).toBe(expected.length)
      for (const [index, value] of found.entries()) expect(value).toBeCloseTo(expected[index] ?? 0, 3)
    }
  })

  it('is refused where the number of rows would be frozen', () => {
    expect(() => traced(3, (x) => tf.mul(x, 1 / x.shape[0]))).toThrow(/depends on the number of rows/)
    const numbered = (rows: number) => Float32Array.from({ length: rows }, (_, row) => row)
    expect(() => traced(3, (x) => tf.add(x, tf.tensor2d(numbered(x.shape[0]), [x.shape[0], 1])))).toThrow(
      /differs from row to row/,
    )
    expect(() => traced(3, (x) => (x.shape[0] > 220 ? tf.neg(x) : tf.abs(x)))).toThrow(
      /another number of rows/,
    )
    expect(() => traced(3, (x) => tf.slice(x, [1, 0], [x.shape[0] - 1, 3]))).toThrow(/A side/)
  })
})
