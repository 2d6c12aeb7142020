import type { ConstantValues, Graph, GraphNode, Value } from './graph.ts'
import { sizeOf } from './program/inputs.ts'
import { algebraRewrites } from './rewrites/algebra.ts'
import { biasRewrites } from './rewrites/biases.ts'
import { constantRewrites } from './rewrites/constants.ts'
import { productRewrites } from './rewrites/products.ts'
import type { Rewrite, Rewriting } from './rewrites/rewrite.ts'
import { shapeRewrites } from './rewrites/shapes.ts'

const rewrites: readonly Rewrite[] = [
  ...constantRewrites,
  ...productRewrites,
  ...shapeRewrites,
  ...algebraRewrites,
  ...biasRewrites,
]

/** Far more passes than any graph needs; it keeps a pair of rewrites that undo each other from running forever. */
const mostPasses = 50

/**
 * The same function with fewer and smaller operations: rewrites (see rewrites/), each operation once, nothing that
 * no output needs. Results may differ from the recorded graph by rounding.
 */
export function simplify(graph: Graph): Graph {
  let current = withoutDeadNodes(graph)
  for (let pass = 0; pass < mostPasses; pass += 1) {
    const next = rewriteOnce(current, pass)
    if (!next) break
    current = withoutDeadNodes(next)
  }
  return current
}

function withoutDeadNodes(graph: Graph): Graph {
  const needed = new Set<Value>(Object.values(graph.outputs))
  const nodes: GraphNode[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((value) => needed.has(value))) continue
    for (const value of node.inputs) needed.add(value)
    nodes.push(node)
  }
  return { ...graph, nodes: nodes.reverse() }
}

/** One pass over all nodes in order; null when nothing changed. */
function rewriteOnce(graph: Graph, pass: number): Graph | null {
  const nodes: GraphNode[] = []
  const replaced = new Map<Value, Value>()
  const producers = new Map<Value, GraphNode>()
  const known = new Map<string, GraphNode>()
  const uses = countUses(graph)
  let names = 0

  const append = (node: GraphNode): Value | undefined => {
    const key = keyOf(node)
    const same = known.get(key)
    if (same) return same.outputs[0]
    known.set(key, node)
    nodes.push(node)
    for (const value of node.outputs) producers.set(value, node)
    return undefined
  }
  const rewriting: Rewriting = {
    producer: (value) => producers.get(value),
    usedOnce: (value) => uses.get(value) === 1,
    existingProduct: (a, b) =>
      (known.get(keyOf(product([a, b]))) ?? known.get(keyOf(product([b, a]))))?.outputs[0],
    emit(operation, inputs, { shape, dtype }, attributes = {}) {
      names += 1
      const output: Value = { name: `rewritten_${pass}_${names}`, shape, dtype }
      return append({ operation, domain: '', inputs, outputs: [output], attributes }) ?? output
    },
    uniform(entry, { shape, dtype }) {
      names += 1
      const values = dtype === 'float32' ? new Float32Array(sizeOf(shape)) : new Int32Array(sizeOf(shape))
      return { name: `constant_${pass}_${names}`, shape, dtype, constant: values.fill(entry) }
    },
    shapeConstant(shape) {
      names += 1
      const constant = BigInt64Array.from(shape, BigInt)
      return { name: `constant_${pass}_${names}`, shape: [shape.length], dtype: 'int64', constant }
    },
    constant(constant, shape) {
      names += 1
      return { name: `constant_${pass}_${names}`, shape, dtype: 'float32', constant }
    },
  }

  let changed = false
  for (const original of graph.nodes) {
    const node = { ...original, inputs: original.inputs.map((value) => replaced.get(value) ?? value) }
    const output = node.outputs[0]
    let value: Value | undefined
    if (output && node.outputs.length === 1) {
      for (const rewrite of rewrites) {
        value = rewrite(node, rewriting) ?? undefined
        if (value) break
      }
    }
    value ??= append(node)
    if (value && output) {
      replaced.set(output, value)
      changed = true
    }
  }
  if (!changed) return null
  const outputs = Object.fromEntries(
    Object.entries(graph.outputs).map(([name, value]) => [name, replaced.get(value) ?? value]),
  )
  return { inputs: graph.inputs, nodes, outputs }
}

const product = (inputs: readonly Value[]): GraphNode => ({
  operation: 'Mul',
  domain: '',
  inputs,
  outputs: [],
  attributes: {},
})

function countUses(graph: Graph): Map<Value, number> {
  const uses = new Map<Value, number>()
  for (const value of [...graph.nodes.flatMap((node) => node.inputs), ...Object.values(graph.outputs)]) {
    uses.set(value, (uses.get(value) ?? 0) + 1)
  }
  return uses
}

/** Equal keys: the same operation on the same values. Small constants are compared by what they hold. */
const keyOf = (node: GraphNode): string =>
  [node.operation, JSON.stringify(node.attributes), ...node.inputs.map(identity)].join('|')

const identity = ({ name, constant, dtype, shape }: Value): string =>
  constant && constant.length <= 8 ? `${dtype}[${shape}]{${entries(constant)}}` : name

const entries = (constant: ConstantValues): string => constant.join(',')
