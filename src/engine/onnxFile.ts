import type { AttributeValue, ConstantValues, ElementType, GraphNode, Value } from './graph.ts'
import { encodeMessage, type Field } from './protobuf.ts'

/** A value as a file declares it: a side may be a name, which any length may take. */
export interface DeclaredValue {
  readonly name: string
  readonly dtype: ElementType
  readonly shape: readonly (number | string)[]
}

/** A node of a file: `body` is the subgraph of a Loop. */
export type FileNode = GraphNode & { readonly body?: FileGraph }

/** One graph as a file holds it. Constants that its nodes read are found and written with it. */
export interface FileGraph {
  readonly name: string
  readonly inputs: readonly DeclaredValue[]
  readonly nodes: readonly FileNode[]
  readonly outputs: readonly DeclaredValue[]
}

/** Operator set 18 (reductions take their axes as inputs), file format 8 that goes with it. */
const operatorSet = 18
const fileFormat = 8

// Numbers of onnx.proto: TensorProto.DataType and AttributeProto.AttributeType.
const elementTypes: Record<ElementType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 }
const attributeTypes = { float: 1, int: 2, graph: 5, ints: 7 } as const

/** Bytes of an .onnx file (ModelProto of onnx.proto). */
export function onnxFile(graph: FileGraph): Uint8Array {
  const domain = (name: string, version: number): Field => ({
    field: 8,
    message: [
      { field: 1, text: name },
      { field: 2, int: version },
    ],
  })
  return encodeMessage([
    { field: 1, int: fileFormat },
    { field: 2, text: 'residual' },
    domain('', operatorSet),
    domain('com.microsoft', 1),
    { field: 7, message: graphFields(graph) },
  ])
}

function graphFields(graph: FileGraph): Field[] {
  const constants = new Map<string, Value>()
  for (const value of graph.nodes.flatMap((node) => node.inputs)) {
    if (value.constant) constants.set(value.name, value)
  }
  return [
    ...graph.nodes.map((node): Field => ({ field: 1, message: nodeFields(node) })),
    { field: 2, text: graph.name },
    ...[...constants.values()].map((value): Field => ({ field: 5, message: tensorFields(value) })),
    ...graph.inputs.map((value): Field => ({ field: 11, message: declarationFields(value) })),
    ...graph.outputs.map((value): Field => ({ field: 12, message: declarationFields(value) })),
  ]
}

function nodeFields(node: FileNode): Field[] {
  const attributes = Object.entries(node.attributes).map(
    ([name, value]): Field => ({ field: 5, message: attributeFields(name, value) }),
  )
  const body: Field[] = node.body
    ? [
        {
          field: 5,
          message: [
            { field: 1, text: 'body' },
            { field: 6, message: graphFields(node.body) },
            { field: 20, int: attributeTypes.graph },
          ],
        },
      ]
    : []
  return [
    ...node.inputs.map((value): Field => ({ field: 1, text: value.name })),
    ...node.outputs.map((value): Field => ({ field: 2, text: value.name })),
    { field: 3, text: node.outputs[0]?.name ?? '' },
    { field: 4, text: node.operation },
    ...attributes,
    ...body,
    { field: 7, text: node.domain },
  ]
}

function attributeFields(name: string, value: AttributeValue): Field[] {
  const start: Field = { field: 1, text: name }
  if ('float' in value)
    return [start, { field: 2, float: value.float }, { field: 20, int: attributeTypes.float }]
  if ('int' in value) return [start, { field: 3, int: value.int }, { field: 20, int: attributeTypes.int }]
  return [
    start,
    ...value.ints.map((entry): Field => ({ field: 8, int: entry })),
    { field: 20, int: attributeTypes.ints },
  ]
}

function tensorFields(value: Value & { readonly constant?: ConstantValues }): Field[] {
  const data = value.constant ?? new Uint8Array(0)
  return [
    ...value.shape.map((side): Field => ({ field: 1, int: side })),
    { field: 2, int: elementTypes[value.dtype] },
    { field: 8, text: value.name },
    // Raw data is little-endian, as every machine that Node.js runs on today.
    { field: 9, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) },
  ]
}

function declarationFields(value: DeclaredValue): Field[] {
  const sides = value.shape.map(
    (side): Field => ({
      field: 1,
      message: [typeof side === 'number' ? { field: 1, int: side } : { field: 2, text: side }],
    }),
  )
  const tensor: Field[] = [
    { field: 1, int: elementTypes[value.dtype] },
    { field: 2, message: sides },
  ]
  return [
    { field: 1, text: value.name },
    { field: 2, message: [{ field: 1, message: tensor }] },
  ]
}
