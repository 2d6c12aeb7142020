import type { TensorLoop } from './executor.ts'
import { type Graph, type GraphNode, type Value, withOwnOutputs } from './graph.ts'
import { type DeclaredValue, type FileGraph, onnxFile } from './onnxFile.ts'
import { named } from './program/inputs.ts'

/**
 * The traced step as the body of a Loop. Fixed inputs are read from the graph around it; what changes per
 * step is picked by the iteration's number from arrays that hold a whole chunk.
 */
export function loopFile(graph: Graph, { fixed, carried, perStep, reported }: TensorLoop): Uint8Array {
  const fixedValues = graph.inputs.slice(0, fixed.length)
  const carriedValues = graph.inputs.slice(fixed.length, fixed.length + carried.length)
  const stepValues = graph.inputs.slice(fixed.length + carried.length)
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
  const names = [...carried.map((input) => input.name), ...reported]
  const inner = names.map((name) => named(own.outputs, name))
  const outer = names.map((name, index): Value => {
    const { dtype, shape } = inner[index] as Value
    return { name: `last ${name}`, dtype, shape }
  })
  const body: FileGraph = {
    name: 'step',
    inputs: [iteration, goOn, ...carriedValues],
    nodes: [...picks, ...own.nodes, node('Identity', [goOn], [wentOn])],
    outputs: [wentOn, ...inner],
  }
  const steps: Value = { name: 'steps', dtype: 'int64', shape: [] }
  const always: Value = { name: 'always', dtype: 'bool', shape: [], constant: Uint8Array.of(1) }
  const starts = carried.map(
    (input): Value => ({ name: `first ${input.name}`, dtype: input.dtype, shape: input.shape }),
  )
  return onnxFile({
    name: 'training',
    inputs: [...fixedValues, ...starts, ...chunks, steps],
    nodes: [{ ...node('Loop', [steps, always, ...starts], outer), body }],
    outputs: outer.map(
      (value, index): DeclaredValue => (index < carried.length ? value : { ...value, shape: ['steps'] }),
    ),
  })
}

const node = (
  operation: string,
  inputs: readonly Value[],
  outputs: readonly Value[],
  attributes: GraphNode['attributes'] = {},
): GraphNode => ({ operation, domain: '', inputs, outputs, attributes })
