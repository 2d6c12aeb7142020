import { carryParts, joinNode, partName } from './carriedParts.ts'
import type { TensorLoop } from './executor.ts'
import { type Graph, type GraphNode, type Value, withOwnOutputs } from './graph.ts'
import { type DeclaredValue, type FileGraph, onnxFile } from './onnxFile.ts'
import { type InputSpec, named } from './program/inputs.ts'

/**
 * The traced step as the body of a Loop. Fixed inputs are read from the graph around it; what changes per
 * step is picked by the iteration's number from arrays that hold a whole chunk.
 */
export function loopFile(traced: Graph, definition: TensorLoop): Uint8Array {
  const { fixed, carried, perStep, reported } = definition
  const { graph, carried: inner } = carryParts(traced, definition)
  const parts = inner.flat()
  const fixedValues = graph.inputs.slice(0, fixed.length)
  const stepValues = graph.inputs.slice(fixed.length + parts.length)
  const iteration: Value = { name: 'iteration', dtype: 'int64', shape: [] }
  const goOn: Value = { name: 'go_on', dtype: 'bool', shape: [] }
  const wentOn: Value = { name: 'went_on', dtype: 'bool', shape: [] }

  const chunks = perStep.map(
    (input): DeclaredValue => ({
      name: `all ${input.name}`,
      dtype: input.dtype,
      shape: ['steps', ...input.shape],
    }),
  )
  const picks = stepValues.map((value, index): GraphNode => {
    const chunk: Value = { name: chunks[index]?.name ?? '', dtype: value.dtype, shape: [1, ...value.shape] }
    return node('Gather', [chunk, iteration], [value], { axis: { int: 0 } })
  })
  const own = withOwnOutputs(graph)
  const carriedNames = carried.map(({ name }, index) => {
    const count = inner[index]?.length ?? 1
    return Array.from({ length: count }, (_, part) => partName(name, part, count))
  })
  const names = [...carriedNames.flat(), ...reported]
  const results = names.map((name) => named(own.outputs, name))
  const body: FileGraph = {
    name: 'step',
    inputs: [iteration, goOn, ...parts],
    nodes: [...picks, ...own.nodes, node('Identity', [goOn], [wentOn])],
    outputs: [wentOn, ...results],
  }

  const steps: Value = { name: 'steps', dtype: 'int64', shape: [] }
  const always: Value = { name: 'always', dtype: 'bool', shape: [], constant: Uint8Array.of(1) }
  const outside = (prefix: string) => (name: string, index: number) => {
    const { dtype, shape } = results[index] as Value
    return { name: `${prefix} ${name}`, dtype, shape }
  }
  const starts = carriedNames.flat().map(outside('first'))
  const ends = names.map(outside('last'))
  const before: GraphNode[] = []
  const after: GraphNode[] = []
  const whole = (prefix: string, { name, dtype, shape }: InputSpec): Value => ({
    name: `${prefix} ${name}`,
    dtype,
    shape,
  })
  let first = 0
  for (const [index, input] of carried.entries()) {
    const count = inner[index]?.length ?? 1
    const own = starts.slice(first, first + count)
    if (count > 1) {
      before.push(splitNode(whole('first', input), own))
      after.push(joinNode(ends.slice(first, first + count), whole('last', input)))
    }
    first += count
  }
  return onnxFile({
    name: 'training',
    inputs: [...fixedValues, ...carried.map((input) => whole('first', input)), ...chunks, steps],
    nodes: [...before, { ...node('Loop', [steps, always, ...starts], ends), body }, ...after],
    outputs: [
      ...carried.map((input) => whole('last', input)),
      ...ends.slice(first).map((value): DeclaredValue => ({ ...value, shape: ['steps'] })),
    ],
  })
}

function splitNode(whole: Value, parts: readonly Value[]): GraphNode {
  const constant = BigInt64Array.from(parts, ({ shape: [size = 0] }) => BigInt(size))
  const sizes: Value = { name: `${whole.name} sizes`, dtype: 'int64', shape: [parts.length], constant }
  return node('Split', [whole, sizes], parts, { axis: { int: 0 } })
}

const node = (
  operation: string,
  inputs: readonly Value[],
  outputs: readonly Value[],
  attributes: GraphNode['attributes'] = {},
): GraphNode => ({ operation, domain: '', inputs, outputs, attributes })
