import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import type { GraphNode, Value } from '../../src/engine/graph.ts'
import { onnxExecutor } from '../../src/engine/onnxExecutor.ts'
import { onnxFile } from '../../src/engine/onnxFile.ts'
import { named } from '../../src/engine/program/inputs.ts'
import { createScoringProgram } from '../../src/engine/program.ts'
import { encodeMessage } from '../../src/engine/protobuf.ts'
import { trace } from '../../src/engine/trace.ts'
import { exampleSpec } from './examples.ts'

/** Reads one varint, as the Protocol Buffers specification describes it. */
function varintAt(bytes: Uint8Array, start: number): { value: bigint; end: number } {
  let value = 0n
  for (let index = start; ; index += 1) {
    const byte = BigInt(bytes[index] ?? 0)
    value |= (byte & 127n) << BigInt(7 * (index - start))
    if (byte < 128n) return { value, end: index + 1 }
  }
}

describe('protocol buffers', () => {
  it('encode the examples of the specification', () => {
    expect([...encodeMessage([{ field: 1, int: 150 }])]).toEqual([0x08, 0x96, 0x01])
    expect([...encodeMessage([{ field: 2, text: 'testing' }])]).toEqual([
      0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67,
    ])
    expect([...encodeMessage([{ field: 3, message: [{ field: 1, int: 150 }] }])]).toEqual([
      0x1a, 0x03, 0x08, 0x96, 0x01,
    ])
    expect([...encodeMessage([{ field: 2, float: 1 }])]).toEqual([0x15, 0, 0, 0x80, 0x3f])
  })

  it('keep every 64-bit integer, negative ones in ten bytes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (int) => {
        const bytes = encodeMessage([{ field: 1, int }])
        const { value, end } = varintAt(bytes, 1)
        expect(BigInt.asIntN(64, value)).toBe(int)
        expect(end).toBe(bytes.length)
        if (int < 0n) expect(bytes.length).toBe(11)
      }),
    )
  })
})

describe('ONNX files', () => {
  const value = (name: string, shape: readonly number[], extra: Partial<Value> = {}): Value => ({
    name,
    dtype: 'float32',
    shape,
    ...extra,
  })

  it('run in a fresh session: sides by name, constants, attributes, other domains', async () => {
    const [x, weights] = [
      value('x', [1, 2]),
      value('weights', [3, 2], { constant: Float32Array.of(1, 2, 3, 4, 5, 6) }),
    ]
    const [product, sums] = [value('product', [1, 3]), value('sums', [1])]
    const axes: Value = { name: 'axes', dtype: 'int64', shape: [1], constant: BigInt64Array.of(-1n) }
    const nodes: GraphNode[] = [
      {
        operation: 'FusedMatMul',
        domain: 'com.microsoft',
        inputs: [x, weights],
        outputs: [product],
        attributes: { transB: { int: 1 }, alpha: { float: 0.5 } },
      },
      {
        operation: 'ReduceSum',
        domain: '',
        inputs: [product, axes],
        outputs: [sums],
        attributes: { keepdims: { int: 0 } },
      },
    ]
    const file = onnxFile({
      name: 'example',
      inputs: [{ ...x, shape: ['rows', 2] }],
      nodes,
      outputs: [{ ...sums, shape: ['rows'] }],
    })
    const session = await InferenceSession.create(file)
    expect(session.inputMetadata).toMatchObject([{ name: 'x', type: 'float32', shape: ['rows', 2] }])
    const { sums: result } = await session.run({
      x: new Tensor('float32', Float32Array.of(1, 1, 2, 0), [2, 2]),
    })
    // Half of (1 + 2) + (3 + 4) + (5 + 6), then half of 2 (1 + 3 + 5).
    expect(result?.data).toEqual(Float32Array.of(10.5, 9))
    await session.release()
  })

  it('hold a scoring graph of standard operations only', () => {
    const spec = exampleSpec({ hasMissing: true })
    const program = createScoringProgram(spec)
    const graph = trace(
      [
        { name: 'weights', shape: [program.layout.size], dtype: 'float32' },
        { name: 'rows', shape: [1, 10, spec.features], dtype: 'float32' },
      ],
      (inputs) => program.score(named(inputs, 'weights'), named(inputs, 'rows'), true),
    )
    expect(graph.nodes.length).toBeGreaterThan(10)
    expect(graph.nodes.filter((node) => node.domain !== '')).toEqual([])
  })

  it('return inputs, constants and one value twice', async () => {
    const compiled = await onnxExecutor({}).compile({
      fixed: [],
      inputs: [{ name: 'x', shape: [2], dtype: 'float32' }],
      run: (inputs) => {
        const x = named(inputs, 'x')
        const twice = tf.mul(x, 2)
        return { same: x, two: tf.scalar(2), twice, again: twice }
      },
    })
    expect(await compiled.run({ x: Float32Array.of(1, 3) })).toEqual({
      same: Float32Array.of(1, 3),
      two: Float32Array.of(2),
      twice: Float32Array.of(2, 6),
      again: Float32Array.of(2, 6),
    })
    await compiled.close()
  })

  it('give a Failure with the reason where ONNX Runtime stops', async () => {
    const compiled = await onnxExecutor({ threads: 1 }).compile({
      fixed: [],
      inputs: [
        { name: 'x', shape: [4, 2], dtype: 'float32' },
        { name: 'rows', shape: [1], dtype: 'int32' },
      ],
      run: (inputs) => ({ y: tf.gather(named(inputs, 'x'), named(inputs, 'rows') as tf.Tensor1D) }),
    })
    const given = { x: new Float32Array(8), rows: Int32Array.of(9) }
    await expect(compiled.run(given)).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringContaining('ONNX Runtime stopped'),
    })
    await compiled.close()
  })
})
