import type { DataType } from '@tensorflow/tfjs-core'
import type { AttributeValue, ConstantValues, ElementType, Value } from '../graph.ts'

/** Where a kernel writes down the ONNX nodes that stand for it. */
export interface Recording {
  /** Appends a node with one output. */
  node(
    operation: string,
    inputs: readonly Value[],
    shape: readonly number[],
    dtype?: ElementType,
    attributes?: Readonly<Record<string, AttributeValue>>,
    domain?: '' | 'com.microsoft',
  ): Value
  /** Appends a node with several outputs. */
  nodes(
    operation: string,
    inputs: readonly Value[],
    outputs: readonly { readonly shape: readonly number[]; readonly dtype: ElementType }[],
    attributes?: Readonly<Record<string, AttributeValue>>,
  ): readonly Value[]
  constant(values: ConstantValues, shape: readonly number[], dtype: ElementType): Value
}

/** One call of a TensorFlow.js kernel. */
export interface KernelCall {
  readonly kernel: string
  readonly inputs: readonly Value[]
  /** Inputs by TensorFlow.js's names; absent for kernels that take a list. */
  input(name: string): Value
  /** An attribute, checked to be there. */
  attribute(name: string): unknown
  /** An attribute that callers may leave out. */
  attributeOr<T>(name: string, absent: T): T
  readonly recording: Recording
}

/** Records a call; returns the value, or values, that the kernel returns. */
export type Recorder = (call: KernelCall) => Value | readonly Value[]

export type Recorders = Readonly<Record<string, Recorder>>

/** The element type that carries a TensorFlow.js type. */
export function elementType(dtype: DataType): ElementType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype
  throw new Error(`Tensors of type ${dtype} cannot be traced.`)
}

export const int64 = (recording: Recording, numbers: readonly number[]): Value =>
  recording.constant(BigInt64Array.from(numbers, BigInt), [numbers.length], 'int64')

export const float = (recording: Recording, number: number): Value =>
  recording.constant(Float32Array.of(number), [], 'float32')

/** A reshape, or the value itself where the shape is right already. */
export function reshaped(recording: Recording, value: Value, shape: readonly number[]): Value {
  if (value.shape.length === shape.length && value.shape.every((side, axis) => side === shape[axis]))
    return value
  return recording.node('Reshape', [value, int64(recording, shape)], shape, value.dtype)
}
