import { sizeOf } from './program/inputs.ts'

export type ElementType = 'float32' | 'int32' | 'int64' | 'bool'

export type ConstantValues = Float32Array | Int32Array | BigInt64Array | Uint8Array

/** A tensor of fixed shape in a graph: an input, a constant, or the output of a node. */
export interface Value {
  readonly name: string
  readonly dtype: ElementType
  readonly shape: readonly number[]
  /** The values, where they are known while tracing. */
  readonly constant?: ConstantValues
}

export type AttributeValue =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }

/** One ONNX operation. `domain` is empty for the standard, or com.microsoft for ONNX Runtime's own. */
export interface GraphNode {
  readonly operation: string
  readonly domain: '' | 'com.microsoft'
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** Operations in the order in which they run. */
export interface Graph {
  readonly inputs: readonly Value[]
  readonly nodes: readonly GraphNode[]
  readonly outputs: Readonly<Record<string, Value>>
}

/** Shape of an elementwise operation on these shapes, or null where they do not fit (NumPy's rules). */
export function broadcastShape(shapes: readonly (readonly number[])[]): number[] | null {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length))
  const result: number[] = []
  for (let axis = 0; axis < rank; axis += 1) {
    const sides = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)
    const side = sides.find((candidate) => candidate !== 1) ?? 1
    if (sides.some((candidate) => candidate !== 1 && candidate !== side)) return null
    result.push(side)
  }
  return result
}

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((side, axis) => side === b[axis])

/**
 * The same graph with an output of its own for each name: files allow neither an input nor a constant as an
 * output, nor one value twice.
 */
export function withOwnOutputs(graph: Graph): Graph {
  const taken = new Set(graph.inputs)
  const copies: GraphNode[] = []
  const outputs: Record<string, Value> = {}
  for (const [name, source] of Object.entries(graph.outputs)) {
    const isFree = !source.constant && !taken.has(source)
    const output = isFree ? source : { name: `copy_${name}`, dtype: source.dtype, shape: source.shape }
    if (!isFree) {
      copies.push({ operation: 'Identity', domain: '', inputs: [source], outputs: [output], attributes: {} })
    }
    taken.add(output)
    outputs[name] = output
  }
  return { ...graph, nodes: [...graph.nodes, ...copies], outputs }
}

type Rule = (graph: Graph) => string | null

/** Operations whose operands broadcast against each other. */
export const elementwiseOperations: ReadonlySet<string> = new Set(
  'Add Sub Mul Div Pow Max Min Equal Less LessOrEqual Greater GreaterOrEqual And Or Where'.split(' '),
)

/** Operations that compute each cell from the one cell of their only operand. */
export const unaryOperations: ReadonlySet<string> = new Set(
  'Abs Cast Ceil Elu Exp Floor IsNaN Log Neg Not Reciprocal Relu Sigmoid Sign Softplus Sqrt Tanh'.split(' '),
)

/** What every graph must satisfy before it is written. Each rule returns what is wrong, or null. */
export const graphRules: Readonly<Record<string, Rule>> = {
  'every value is defined before it is used': ({ inputs, nodes, outputs }) => {
    const known = new Set(inputs)
    for (const node of nodes) {
      const missing = node.inputs.find((value) => !value.constant && !known.has(value))
      if (missing) return `${node.operation} reads ${missing.name}`
      for (const value of node.outputs) known.add(value)
    }
    const missing = Object.values(outputs).find((value) => !value.constant && !known.has(value))
    return missing ? `output ${missing.name}` : null
  },
  'every name is used once': ({ inputs, nodes }) => {
    const seen = new Set<string>()
    for (const { name } of [...inputs, ...nodes.flatMap((node) => node.outputs)]) {
      if (seen.has(name)) return name
      seen.add(name)
    }
    return null
  },
  'every shape is a list of whole numbers': ({ inputs, nodes }) =>
    [...inputs, ...nodes.flatMap((node) => node.outputs)].find(
      (value) => !value.shape.every((side) => Number.isInteger(side) && side >= 0),
    )?.name ?? null,
  'every constant fills its shape': ({ nodes }) =>
    nodes
      .flatMap((node) => node.inputs)
      .find((value) => value.constant && value.constant.length !== sizeOf(value.shape))?.name ?? null,
  'elementwise shapes fit': ({ nodes }) => {
    const wrong = nodes.find((node) => {
      if (!elementwiseOperations.has(node.operation)) return false
      const shape = broadcastShape(node.inputs.map((value) => value.shape))
      return !shape || !sameShape(shape, node.outputs[0]?.shape ?? [])
    })
    return wrong ? `${wrong.operation} to ${wrong.outputs[0]?.name}` : null
  },
  // An input that nothing reads was read as a number while tracing, or forgotten: either way it is frozen.
  'every input is read': ({ inputs, nodes, outputs }) => {
    const read = new Set([...nodes.flatMap((node) => node.inputs), ...Object.values(outputs)])
    return inputs.find((value) => !read.has(value))?.name ?? null
  },
}

/** Throws, naming the rule, when a graph breaks one. */
export function checkGraph(graph: Graph): Graph {
  for (const [rule, check] of Object.entries(graphRules)) {
    const wrong = check(graph)
    if (wrong !== null) throw new Error(`The traced graph breaks the rule "${rule}": ${wrong}.`)
  }
  return graph
}
