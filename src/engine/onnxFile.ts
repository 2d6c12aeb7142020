import { bytesOf } from '../contract/bytes.ts'
import type { AttributeValue, ConstantValues, ElementType, GraphNode } from './graph.ts'
import { encodeMessage, type Field, messageParts } from './protobuf.ts'

/** What tensors of a file hold: beside what is traced, what encoders of raw columns need. */
export type FileElementType = ElementType | 'float64' | 'string'

/** A tensor of a file. A side may be a name, which any length may take. */
export interface FileValue {
  readonly name: string
  readonly dtype: FileElementType
  readonly shape: readonly (number | string)[]
  /** The values of an initializer. */
  readonly constant?: ConstantValues | Float64Array
}

/** An input or output as a file declares it. */
export interface DeclaredValue extends FileValue {
  /** What people read about it. */
  readonly description?: string
}

/** A node of a file: `body` is the subgraph of a Loop or Scan. */
export interface FileNode extends Omit<GraphNode, 'domain' | 'inputs' | 'outputs' | 'attributes'> {
  readonly domain: GraphNode['domain'] | 'ai.onnx.ml'
  readonly inputs: readonly FileValue[]
  readonly outputs: readonly FileValue[]
  readonly attributes: Readonly<Record<string, FileAttribute>>
  readonly body?: FileGraph
}

export type FileAttribute = AttributeValue | { readonly strings: readonly string[] }

/** One graph as a file holds it. Constants that its nodes read are found and written with it. */
export interface FileGraph {
  readonly name: string
  readonly inputs: readonly DeclaredValue[]
  readonly nodes: readonly FileNode[]
  readonly outputs: readonly DeclaredValue[]
}

/** What a file says of itself beside its graph. */
export interface FileDescription {
  /** Version of Residual that writes it. */
  readonly version: string
  readonly description: string
  readonly metadata: Readonly<Record<string, string>>
}

/** Operator set 18 (reductions take their axes as inputs), file format 8 that goes with it. */
const operatorSet = 18
const fileFormat = 8
const otherDomains = { 'com.microsoft': 1, 'ai.onnx.ml': 2 } as const

// Numbers of onnx.proto: TensorProto.DataType and AttributeProto.AttributeType.
const elementTypes: Record<FileElementType, number> = {
  float32: 1,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float64: 11,
}
const attributeTypes = { float: 1, int: 2, graph: 5, ints: 7, strings: 8 } as const

/** Bytes of an .onnx file (ModelProto of onnx.proto). */
export const onnxFile = (graph: FileGraph, about?: FileDescription): Uint8Array =>
  encodeMessage(modelFields(graph, about))

/** The same in parts, one after the other: constants are not copied. */
export const onnxFileParts = (graph: FileGraph, about?: FileDescription): Uint8Array[] =>
  messageParts(modelFields(graph, about))

function modelFields(graph: FileGraph, about: FileDescription | undefined): Field[] {
  const domains = domainsOf(graph)
  const others = Object.entries(otherDomains).filter(([name]) => domains.has(name))
  const metadata = Object.entries(about?.metadata ?? {})
  return [
    { field: 1, int: fileFormat },
    { field: 2, text: 'residual' },
    ...(about
      ? [
          { field: 3, text: about.version },
          { field: 6, text: about.description },
        ]
      : []),
    ...[['', operatorSet] as const, ...others].map(
      ([name, version]): Field => ({
        field: 8,
        message: [
          { field: 1, text: name },
          { field: 2, int: version },
        ],
      }),
    ),
    { field: 7, message: graphFields(graph) },
    ...metadata.map(
      ([name, text]): Field => ({
        field: 14,
        message: [
          { field: 1, text: name },
          { field: 2, text },
        ],
      }),
    ),
  ]
}

function domainsOf(graph: FileGraph): Set<string> {
  const domains = graph.nodes.flatMap((node) => [node.domain, ...(node.body ? domainsOf(node.body) : [])])
  return new Set(domains)
}

function graphFields(graph: FileGraph): Field[] {
  const constants = new Map<string, FileValue>()
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

function attributeFields(name: string, value: FileAttribute): Field[] {
  const start: Field = { field: 1, text: name }
  if ('float' in value)
    return [start, { field: 2, float: value.float }, { field: 20, int: attributeTypes.float }]
  if ('int' in value) return [start, { field: 3, int: value.int }, { field: 20, int: attributeTypes.int }]
  if ('strings' in value)
    return [
      start,
      ...value.strings.map((entry): Field => ({ field: 9, text: entry })),
      { field: 20, int: attributeTypes.strings },
    ]
  return [
    start,
    ...value.ints.map((entry): Field => ({ field: 8, int: entry })),
    { field: 20, int: attributeTypes.ints },
  ]
}

function tensorFields(value: FileValue): Field[] {
  const data = value.constant ?? new Uint8Array(0)
  return [
    ...value.shape.map((side): Field => ({ field: 1, int: Number(side) })),
    { field: 2, int: elementTypes[value.dtype] },
    { field: 8, text: value.name },
    // Raw data is little-endian, as every machine that Node.js runs on today.
    { field: 9, bytes: bytesOf(data) },
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
    ...(value.description === undefined ? [] : [{ field: 3, text: value.description }]),
  ]
}
