import type { TensorLoop } from './executor.ts'
import { elementwiseOperations, type Graph, type GraphNode, unaryOperations, type Value } from './graph.ts'
import { sizeOf } from './program/inputs.ts'

/** The step of a loop, and how each carried value goes through it: whole, or as parts that end to end are the whole. */
export interface PartedLoop {
  /** Inputs: fixed ones, all parts in order, those of each step. Outputs of parts are called as `partName` says. */
  readonly graph: Graph
  /** Of each carried value: its parts in the body. One alone is the value itself. */
  readonly carried: readonly (readonly Value[])[]
}

/** Cells of a vector below which more but smaller operations cost more than copying it. */
const worthParting = 65_536

export const partName = (name: string, part: number, parts: number): string =>
  parts === 1 ? name : `${name} part ${part}`

/**
 * Parameters lie in one flat vector that each step takes apart, and whose gradients it joins again. For large networks
 * these copies, and passes over vectors that fit no cache, cost more than the operations that they save: there every
 * parameter is carried on its own.
 */
export function carryParts(graph: Graph, { fixed, carried }: TensorLoop): PartedLoop {
  const whole = graph.inputs.slice(fixed.length, fixed.length + carried.length)
  const split = graph.nodes.find(
    ({ operation, inputs: [x] }) => operation === 'Split' && x && whole.includes(x) && x.shape.length === 1,
  )
  const sizes = split?.outputs.map((value) => sizeOf(value.shape)) ?? []
  const length = sizes.reduce((sum, size) => sum + size, 0)
  const isFlat = whole.every((value) => value.shape.length === 1 && value.shape[0] === length)
  if (!split || length < worthParting || !isFlat) return { graph, carried: whole.map((value) => [value]) }

  const nodes: GraphNode[] = []
  const replaced = new Map<Value, Value>()
  const partsOf = new Map<Value, readonly Value[]>()
  const partsLike = ({ name, dtype }: Value): Value[] =>
    sizes.map((size, part) => ({ name: `${name}_part_${part}`, dtype, shape: [size] }))
  for (const value of whole) partsOf.set(value, partsLike(value))

  for (const node of graph.nodes) {
    const [output] = node.outputs
    const parts = output && node.operation !== 'Split' ? partsLike(output) : []
    if (node.operation === 'Split' && node.inputs[0] && partsOf.has(node.inputs[0])) {
      const own = partsOf.get(node.inputs[0]) ?? []
      node.outputs.forEach((value, part) => void replaced.set(value, own[part] ?? value))
    } else if (output && isJoin(node, sizes)) {
      partsOf.set(
        output,
        node.inputs.map((value) => replaced.get(value) ?? value),
      )
    } else if (output && isPassOver(node, partsOf, length)) {
      for (const [part, value] of parts.entries()) {
        nodes.push({
          ...node,
          inputs: node.inputs.map((one) => partsOf.get(one)?.[part] ?? one),
          outputs: [value],
        })
      }
      partsOf.set(output, parts)
    } else if (output && isSumOver(node, partsOf)) {
      const own = partsOf.get(node.inputs[0] as Value) ?? []
      const sums = own.map((_, part): Value => ({ ...output, name: `${output.name}_part_${part}` }))
      for (const [part, value] of own.entries()) {
        nodes.push({ ...node, inputs: node.inputs.with(0, value), outputs: [sums[part] as Value] })
      }
      nodes.push({ operation: 'Sum', domain: '', inputs: sums, outputs: [output], attributes: {} })
    } else {
      const inputs = node.inputs.map((value) => joined(value))
      nodes.push({ ...node, inputs })
    }
  }

  /** What reads a vector as a whole gets it joined, once. */
  function joined(value: Value): Value {
    const current = replaced.get(value) ?? value
    const parts = partsOf.get(current)
    if (!parts) return current
    const whole = { ...current, name: `${current.name}_joined` }
    nodes.push(joinNode(parts, whole))
    replaced.set(value, whole)
    return whole
  }

  const outputs: Record<string, Value> = {}
  const names = carried.map((input) => input.name)
  for (const [name, value] of Object.entries(graph.outputs)) {
    const parts = names.includes(name) ? partsOf.get(value) : undefined
    if (!names.includes(name)) outputs[name] = joined(value)
    else if (!parts) return { graph, carried: whole.map((one) => [one]) }
    else for (const [index, part] of parts.entries()) outputs[partName(name, index, parts.length)] = part
  }
  const inner = whole.map((value) => partsOf.get(value) ?? [value])
  const inputs = [
    ...graph.inputs.slice(0, fixed.length),
    ...inner.flat(),
    ...graph.inputs.slice(fixed.length + carried.length),
  ]
  return { graph: { inputs, nodes, outputs }, carried: inner }
}

export const joinNode = (parts: readonly Value[], whole: Value): GraphNode => ({
  operation: 'Concat',
  domain: '',
  inputs: parts,
  outputs: [whole],
  attributes: { axis: { int: 0 } },
})

const isJoin = ({ operation, inputs }: GraphNode, sizes: readonly number[]): boolean =>
  operation === 'Concat' &&
  inputs.length === sizes.length &&
  inputs.every(({ shape }, part) => shape.length === 1 && shape[0] === sizes[part])

function isPassOver(node: GraphNode, partsOf: ReadonlyMap<Value, unknown>, length: number): boolean {
  const isElementwise = elementwiseOperations.has(node.operation) || unaryOperations.has(node.operation)
  if (!isElementwise || node.outputs[0]?.shape.length !== 1 || node.outputs[0].shape[0] !== length)
    return false
  return node.inputs.every((value) => partsOf.has(value) || sizeOf(value.shape) === 1)
}

const isSumOver = (
  { operation, inputs: [x, axes] }: GraphNode,
  partsOf: ReadonlyMap<Value, unknown>,
): boolean =>
  (operation === 'ReduceSum' || operation === 'ReduceSumSquare') &&
  x !== undefined &&
  partsOf.has(x) &&
  axes?.constant?.length === 1
