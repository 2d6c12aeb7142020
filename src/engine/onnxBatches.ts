import type { Graph, GraphNode, Value } from './graph.ts'
import { type DeclaredValue, onnxFile } from './onnxFile.ts'

/** A traced function applied to batch after batch (Scan), so that many of them are one call. */
export function batchesFile(graph: Graph): Uint8Array {
  const results = Object.values(graph.outputs)
  const stacked = ({ name, dtype, shape }: Value): DeclaredValue => ({
    name: stackedName(name),
    dtype,
    shape: ['batches', ...shape],
  })
  const whole = (value: Value): Value => ({ ...value, name: stackedName(value.name) })
  const scan: GraphNode = {
    operation: 'Scan',
    domain: '',
    inputs: graph.inputs.map(whole),
    outputs: results.map(whole),
    attributes: { num_scan_inputs: { int: graph.inputs.length } },
  }
  const body = { name: 'batch', inputs: graph.inputs, nodes: graph.nodes, outputs: results }
  return onnxFile({
    name: 'batches',
    inputs: graph.inputs.map(stacked),
    nodes: [{ ...scan, body }],
    outputs: results.map(stacked),
  })
}

/** The values of all batches, one after the other. */
export const stackedName = (name: string): string => `all ${name}`
