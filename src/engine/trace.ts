import * as tf from '@tensorflow/tfjs-core'
import { withBackend } from './backend.ts'
import { type ConstantValues, checkGraph, type Graph, type GraphNode, type Value } from './graph.ts'
import { recorders } from './ops/all.ts'
import { elementType, type KernelCall, type Recorder, type Recording } from './ops/recorder.ts'
import type { InputSpec, SessionInput, Tensors } from './program/inputs.ts'
import { simplify } from './simplify.ts'

const backendName = 'residual-trace'

/** A backend that computes nothing: its tensors stand for values of the graph being recorded. */
class TracingBackend extends tf.KernelBackend {
  readonly #values = new WeakMap<object, Value>()
  nodes: GraphNode[] = []
  #names = 0

  define(value: Value): tf.DataId {
    const dataId = {}
    this.#values.set(dataId, value)
    return dataId
  }

  valueAt(dataId: tf.DataId): Value {
    const value = this.#values.get(dataId)
    if (!value)
      throw new Error('A tensor from outside the traced function was used in it. Pass it as an input.')
    return value
  }

  freshName(prefix: string): string {
    this.#names += 1
    return `${prefix}_${this.#names}`
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    const type = elementType(dtype)
    const numbers = values as ArrayLike<number>
    const constant: ConstantValues =
      type === 'float32'
        ? Float32Array.from(numbers)
        : type === 'int32'
          ? Int32Array.from(numbers)
          : Uint8Array.from(numbers)
    return this.define({ name: this.freshName('constant'), dtype: type, shape: [...shape], constant })
  }

  override readSync(): never {
    throw new Error('A value was read while tracing. It would be frozen into the graph: make it an input.')
  }

  override async read(): Promise<never> {
    return this.readSync()
  }

  override move(): never {
    throw new Error('A tensor from outside the traced function was used in it. Pass it as an input.')
  }

  override disposeData = (): boolean => true
  override refCount = (): number => 1
  override incRef = (): void => {}
  override numDataIds = (): number => 0
  override floatPrecision = (): 32 => 32
  override epsilon = (): number => 1e-7
  override timerAvailable = (): boolean => false
  override dispose = (): void => {}
}

const backend = new TracingBackend()
let registered = false

/** Registers the tracing backend with TensorFlow.js on first use: importing this file changes nothing. */
function register(): void {
  if (registered) return
  registered = true
  // Priority 0: TensorFlow.js never picks it by itself while another backend is there.
  tf.registerBackend(backendName, () => backend, 0)
  for (const [kernelName, recorder] of Object.entries(recorders)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => record(kernelName, recorder, inputs, attrs),
    })
  }
}

const recording: Recording = {
  node(operation, inputs, shape, dtype = 'float32', attributes = {}, domain = '') {
    const output: Value = { name: backend.freshName(operation), dtype, shape: [...shape] }
    backend.nodes.push({ operation, domain, inputs, outputs: [output], attributes })
    return output
  },
  nodes(operation, inputs, outputs, attributes = {}) {
    const values = outputs.map(
      ({ shape, dtype }): Value => ({ name: backend.freshName(operation), dtype, shape: [...shape] }),
    )
    backend.nodes.push({ operation, domain: '', inputs, outputs: values, attributes })
    return values
  },
  constant: (constant, shape, dtype) => ({
    name: backend.freshName('constant'),
    dtype,
    shape: [...shape],
    constant,
  }),
}

function record(
  kernel: string,
  recorder: Recorder,
  infos: tf.NamedTensorInfoMap,
  attributes: tf.NamedAttrMap | undefined,
): tf.TensorInfo | tf.TensorInfo[] {
  const valueOfInfo = (info: tf.TensorInfo): Value => {
    const known = backend.valueAt(info.dataId)
    // TensorFlow.js may view one piece of data under another shape or type of tensor.
    if (
      known.shape.length === info.shape.length &&
      known.shape.every((side, axis) => side === info.shape[axis])
    )
      return known
    throw new Error(`${kernel} sees ${known.name} under another shape.`)
  }
  const call: KernelCall = {
    kernel,
    recording,
    inputs: Object.values(infos).flatMap((info) => (info ? [valueOfInfo(info)] : [])),
    input(name) {
      const info = infos[name]
      if (!info) throw new Error(`${kernel} was called without its input "${name}".`)
      return valueOfInfo(info)
    },
    attribute(name) {
      const attribute = attributes?.[name]
      if (attribute === undefined || attribute === null)
        throw new Error(`${kernel} was called without "${name}".`)
      return attribute
    },
    attributeOr: <T>(name: string, absent: T) => (attributes?.[name] ?? absent) as T,
  }
  const info = (value: Value): tf.TensorInfo => {
    if (value.dtype === 'int64')
      throw new Error(`${kernel} returned 64-bit integers, which tensors cannot hold.`)
    return { dataId: backend.define(value), shape: [...value.shape], dtype: value.dtype }
  }
  const result = recorder(call)
  return Array.isArray(result) ? result.map(info) : info(result as Value)
}

/**
 * Runs `run` once on stand-ins for its inputs and returns the graph of what it did. Values that the
 * function reads, or inputs that it does not use, are refused with an error: they would be frozen.
 * @param constants further inputs of the function, whose values become part of the graph
 */
export function trace(
  inputs: readonly InputSpec[],
  run: (inputs: Tensors) => Readonly<Record<string, tf.Tensor>>,
  constants: readonly SessionInput[] = [],
): Graph {
  register()
  return withBackend(backendName, () => {
    backend.nodes = []
    const values = inputs.map(
      (input, index): Value => ({ name: `input_${index}`, dtype: input.dtype, shape: [...input.shape] }),
    )
    const outputs: Record<string, Value> = {}
    tf.tidy(() => {
      const tensors: Record<string, tf.Tensor> = {}
      const give = ({ name, shape, dtype }: InputSpec, value: Value) => {
        tensors[name] = tf.engine().makeTensorFromDataId(backend.define(value), [...shape], dtype, backend)
      }
      for (const [index, input] of inputs.entries()) give(input, values[index] as Value)
      for (const input of constants) {
        const { shape, dtype, values } = input
        give(input, { name: backend.freshName('constant'), shape, dtype, constant: values })
      }
      for (const [name, tensor] of Object.entries(run(tensors)))
        outputs[name] = backend.valueAt(tensor.dataId)
    })
    return checkGraph(simplify({ inputs: values, nodes: backend.nodes, outputs }))
  })
}
