import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { withBackend } from '../../src/engine/backend.ts'
import { checkGraph, type Graph, graphRules, type Value } from '../../src/engine/graph.ts'
import { type InputSpec, named, type Tensors } from '../../src/engine/program/inputs.ts'
import '../../src/engine/referenceEngine.ts'
import { trace } from '../../src/engine/trace.ts'

const x: InputSpec = { name: 'x', shape: [2, 3], dtype: 'float32' }
const input = (inputs: Tensors) => named(inputs, 'x')

describe('tracing', () => {
  it('refuses to read a value, which would be frozen into the graph', () => {
    const read = (inputs: Tensors) => ({ y: tf.mul(input(inputs), input(inputs).dataSync()[0] ?? 0) })
    expect(() => trace([x], read)).toThrow('A value was read while tracing')
  })

  it('refuses an input that nothing reads', () => {
    const forgetful = (inputs: Tensors) => ({ y: tf.neg(input(inputs)) })
    expect(() => trace([x, { name: 'rate', shape: [], dtype: 'float32' }], forgetful)).toThrow(
      'every input is read',
    )
  })

  it('names a kernel that cannot be traced', () => {
    expect(() => trace([x], (inputs) => ({ y: tf.cumsum(input(inputs)) }))).toThrow('Cumsum')
  })

  it('refuses a tensor from outside', () => {
    const outside = withBackend('cpu', () => tf.tensor([[1, 2, 3]]))
    expect(() => trace([x], (inputs) => ({ y: tf.add(input(inputs), outside) }))).toThrow('from outside')
    outside.dispose()
  })

  it('puts the backend back, also after an error', () => {
    const before = withBackend('cpu', () => {
      expect(() =>
        trace([x], () => {
          throw new Error('stop')
        }),
      ).toThrow('stop')
      return tf.getBackend()
    })
    expect(before).toBe('cpu')
  })

  it('records each operation once and leaves out what no output needs', () => {
    const graph = trace([x], (inputs) => {
      tf.exp(input(inputs))
      return { y: tf.add(tf.tanh(input(inputs)), tf.tanh(input(inputs))) }
    })
    expect(graph.nodes.map((node) => node.operation)).toEqual(['Tanh', 'Add'])
  })

  it('folds constants and drops what changes nothing', () => {
    const graph = trace([x], (inputs) => ({
      y: tf.mul(
        tf.mul(tf.reshape(tf.reshape(input(inputs), [6]), [2, 3]), tf.ones([2, 3])),
        tf.add(tf.ones([2, 3]), 2),
      ),
    }))
    expect(graph.nodes.map((node) => node.operation)).toEqual(['Mul'])
    expect(graph.nodes[0]?.inputs[1]?.constant).toEqual(Float32Array.of(3))
  })

  it('returns constants and inputs as outputs too', () => {
    const graph = trace([x], (inputs) => ({ same: input(inputs), two: tf.scalar(2) }))
    expect(graph.nodes).toEqual([])
    expect(graph.outputs.same).toBe(graph.inputs[0])
    expect(graph.outputs.two?.constant).toEqual(Float32Array.of(2))
  })
})

describe('graph rules', () => {
  const value = (name: string, shape: number[] = [2], extra: Partial<Value> = {}): Value => ({
    name,
    dtype: 'float32',
    shape,
    ...extra,
  })
  const [a, b, out] = [value('a'), value('b'), value('out')]
  const add = { operation: 'Add', domain: '', inputs: [a, b], outputs: [out], attributes: {} } as const
  const good: Graph = { inputs: [a, b], nodes: [add], outputs: { out } }
  const broken: Record<keyof typeof graphRules, Graph> = {
    'every value is defined before it is used': { ...good, inputs: [a] },
    'every name is used once': { ...good, nodes: [{ ...add, outputs: [value('a')] }] },
    'every shape is a list of whole numbers': { ...good, inputs: [a, value('b', [1.5])] },
    'every constant fills its shape': {
      ...good,
      nodes: [{ ...add, inputs: [a, b, value('c', [2], { constant: Float32Array.of(1) })] }],
    },
    'elementwise shapes fit': { ...good, nodes: [{ ...add, outputs: [value('wide', [3])] }] },
    'every input is read': { ...good, inputs: [a, b, value('unread')] },
  }

  it('accept a valid graph', () => expect(checkGraph(good)).toBe(good))

  it('are all tested here', () => expect(Object.keys(broken)).toEqual(Object.keys(graphRules)))

  for (const [rule, graph] of Object.entries(broken)) {
    it(`refuse a graph where not ${rule}`, () => {
      expect(graphRules[rule]?.(graph)).not.toBeNull()
      expect(() => checkGraph(graph)).toThrow('The traced graph breaks the rule')
    })
  }
})
