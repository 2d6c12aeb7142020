import type { FileNode, FileValue } from '../../engine/onnxFile.ts'

/** Values of some columns [rows, n], and the places where they belong. */
export interface Part {
  readonly places: readonly number[]
  readonly value: FileValue
}

type Like = Pick<FileValue, 'dtype' | 'shape'>

/** Nodes of a graph that is written by hand, in order. Names begin with `prefix`. */
export class GraphWriter {
  readonly nodes: FileNode[] = []
  readonly #prefix: string
  #names = 0

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** Appends a node with one output, under a name of its own or the one given. */
  emit(
    operation: string,
    inputs: readonly FileValue[],
    like: Like & { readonly as?: string },
    attributes: FileNode['attributes'] = {},
    domain: FileNode['domain'] = '',
  ): FileValue {
    const output: FileValue = { name: like.as ?? this.#fresh(), dtype: like.dtype, shape: like.shape }
    this.nodes.push({ operation, domain, inputs, outputs: [output], attributes })
    return output
  }

  doubles(values: readonly number[], shape: readonly number[] = [values.length]): FileValue {
    return { name: this.#fresh(), dtype: 'float64', shape, constant: Float64Array.from(values) }
  }

  double(value: number): FileValue {
    return this.doubles([value], [])
  }

  floats(values: Float32Array, shape: readonly number[]): FileValue {
    return { name: this.#fresh(), dtype: 'float32', shape, constant: values }
  }

  whole(values: readonly number[]): FileValue {
    const constant = BigInt64Array.from(values, BigInt)
    return { name: this.#fresh(), dtype: 'int64', shape: [values.length], constant }
  }

  /** Some columns [rows, n] of a value [rows, any], in the order asked for. */
  columns(value: FileValue, places: readonly number[]): FileValue {
    const like: Like = { dtype: value.dtype, shape: [value.shape[0] ?? 1, places.length] }
    return this.emit('Gather', [value, this.whole(places)], like, { axis: { int: 1 } })
  }

  /** Values [rows, n] side by side. */
  beside(values: readonly FileValue[]): FileValue {
    const [first] = values
    if (!first) throw new Error('There is nothing to put side by side.')
    const total = values.reduce((sum, value) => sum + Number(value.shape[1] ?? 0), 0)
    return this.emit(
      'Concat',
      values,
      { dtype: first.dtype, shape: [first.shape[0] ?? 1, total] },
      { axis: { int: 1 } },
    )
  }

  /** Parts side by side, every column at its place. Together their places are 0, 1, 2 and so on. */
  inOrder(parts: readonly Part[]): FileValue {
    const order = parts.flatMap((part) => part.places)
    const all = this.beside(parts.map((part) => part.value))
    const lies = new Array<number>(order.length)
    for (const [index, place] of order.entries()) lies[place] = index
    return this.columns(all, lies)
  }

  #fresh(): string {
    this.#names += 1
    return `${this.#prefix}${this.#names}`
  }
}

/** ONNX's numbers of the types that values are cast to. */
export const castTo = { float32: { to: { int: 1 } }, float64: { to: { int: 11 } } } as const
