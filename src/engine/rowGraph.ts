import type { Tensor } from '@tensorflow/tfjs-core'
import type { ConstantValues, Graph, GraphNode, Value } from './graph.ts'
import type { FileNode, FileValue } from './onnxFile.ts'
import type { InputSpec, Tensors } from './program/inputs.ts'
import { standardNodes } from './standardOperations.ts'
import { trace } from './trace.ts'

/** A function of tensors, written down for any number of rows. */
export interface RowFunction {
  /** Inputs as they are for a number of rows. At least one has the rows as a whole side. */
  inputs(rows: number): readonly InputSpec[]
  run(inputs: Tensors): Readonly<Record<string, Tensor>>
}

/** A graph of standard operations in which the number of rows is a side named `rows`. */
export interface RowGraph {
  readonly inputs: readonly FileValue[]
  readonly nodes: readonly FileNode[]
  readonly outputs: Readonly<Record<string, FileValue>>
}

/** Three numbers of rows that no layer is a multiple of by accident: what depends on the rows differs among them. */
const probes = [211, 223, 227] as const

/** Name of the side that is the number of rows. */
export const rowsSide = 'rows'

/**
 * Traces a function for three numbers of rows and keeps what they have in common. Where the traces differ, the
 * difference must be a number of the form `a + b rows` in a shape, which the graph then computes from its input;
 * the third trace checks that form. Anything else that depends on the rows is an error, because it would be frozen.
 * @param prefix goes before every name within, so that graphs can be joined
 */
export function traceForAnyRows({ inputs, run }: RowFunction, prefix: string): RowGraph {
  const graphs = probes.map((rows) => trace(inputs(rows), run))
  const [first] = graphs as [Graph, ...Graph[]]
  for (const graph of graphs) {
    if (graph.nodes.map(structureOf).join() !== first.nodes.map(structureOf).join())
      throw new Error('The traced graph is another one for another number of rows.')
  }
  const joined = new JoinedGraphs(graphs, prefix)
  return joined.build()
}

const structureOf = ({ operation, domain, attributes }: GraphNode): string =>
  `${domain}.${operation}${JSON.stringify(attributes)}`

/** One value as each trace has it. */
type Traced = readonly [Value, Value, Value]

class JoinedGraphs {
  readonly #graphs: readonly Graph[]
  readonly #prefix: string
  readonly #values = new Map<Value, { readonly traced: Traced; readonly value: FileValue }>()
  readonly #constants = new Map<Value, FileValue>()
  readonly #nodes: FileNode[] = []
  #names = 0
  #rowCount: FileValue | undefined

  constructor(graphs: readonly Graph[], prefix: string) {
    this.#graphs = graphs
    this.#prefix = prefix
  }

  build(): RowGraph {
    const [first] = this.#graphs as [Graph, ...Graph[]]
    const inputs = first.inputs.map((_, place) => this.#define(this.#across((graph) => graph.inputs[place])))
    for (const [place, node] of first.nodes.entries()) {
      const traced = node.inputs.map((_, index) => this.#across((graph) => graph.nodes[place]?.inputs[index]))
      const read = traced.map((value) => (value[0].constant ? this.#constant(value) : this.#known(value)))
      const outputs = node.outputs.map((_, index) =>
        this.#define(this.#across((graph) => graph.nodes[place]?.outputs[index])),
      )
      const fixed: FileNode = { ...node, inputs: read, outputs }
      this.#nodes.push(...standardNodes(fixed, (like) => this.#fresh(like)))
    }
    const outputs = Object.fromEntries(
      Object.keys(first.outputs).map((name) => {
        const traced = this.#across((graph) => graph.outputs[name])
        return [name, traced[0].constant ? this.#constant(traced) : this.#known(traced)]
      }),
    )
    return { inputs, nodes: this.#nodes, outputs }
  }

  #across(pick: (graph: Graph) => Value | undefined): Traced {
    const [a, b, c] = this.#graphs.map(pick)
    if (!a || !b || !c) throw new Error('The traced graph is another one for another number of rows.')
    return [a, b, c]
  }

  #fresh({ dtype, shape }: Pick<FileValue, 'dtype' | 'shape'>): FileValue {
    this.#names += 1
    return { name: `${this.#prefix}${this.#names}`, dtype, shape }
  }

  #define(traced: Traced): FileValue {
    const [{ dtype, shape }] = traced
    const sides = shape.map((_, axis) => sideOf(traced.map((value) => value.shape[axis] ?? 0)))
    const value = this.#fresh({ dtype, shape: sides })
    this.#values.set(traced[0], { traced, value })
    return value
  }

  /** A value defined before; all three traces must mean the same one. */
  #known(traced: Traced): FileValue {
    const known = this.#values.get(traced[0])
    if (!known?.traced.every((value, index) => value === traced[index]))
      throw new Error('The traced graph is another one for another number of rows.')
    return known.value
  }

  #constant(traced: Traced): FileValue {
    const known = this.#constants.get(traced[0])
    if (known) return known
    const value = this.#joinConstants(traced)
    this.#constants.set(traced[0], value)
    return value
  }

  #joinConstants(traced: Traced): FileValue {
    const [{ dtype, shape }] = traced
    const entries = traced.map((value) => value.constant ?? new Float32Array(0))
    const [constant = new Float32Array(0)] = entries
    const sides = shape.map((_, axis) => sideOf(traced.map((value) => value.shape[axis] ?? 0)))
    if (sides.every((side) => typeof side === 'number')) {
      if (entries.every((one) => equalEntries(one, constant))) return { ...this.#fresh(traced[0]), constant }
      const lengths = entries.filter((one) => one instanceof BigInt64Array)
      if (lengths.length === 0)
        throw new Error('A constant of the traced graph depends on the number of rows.')
      return this.#affine(lengths, shape)
    }
    // A constant as long as the rows: only one that is the same everywhere can be lengthened.
    if (!entries.every((one) => hasOnly(one, constant[0])))
      throw new Error('A constant of the traced graph differs from row to row.')
    const one: FileValue = {
      ...this.#fresh({ dtype, shape: shape.map(() => 1) }),
      constant: constant.slice(0, 1),
    }
    const lengths = traced.map((value) => BigInt64Array.from(value.shape, BigInt))
    const expanded = this.#fresh({ dtype, shape: sides })
    this.#emit('Expand', [one, this.#affine(lengths, [shape.length])], expanded)
    return expanded
  }

  /** Numbers of the form `a + b rows`, computed from the number of rows. */
  #affine(entries: readonly BigInt64Array[], shape: readonly number[]): FileValue {
    const [first = new BigInt64Array(0), second = first, third = first] = entries
    const [r1, r2, r3] = probes.map(BigInt) as [bigint, bigint, bigint]
    const slopes = first.map((entry, index) => ((second[index] ?? 0n) - entry) / (r2 - r1))
    const bases = first.map((entry, index) => entry - (slopes[index] ?? 0n) * r1)
    const fits = (values: BigInt64Array, rows: bigint) =>
      values.every((value, index) => value === (bases[index] ?? 0n) + (slopes[index] ?? 0n) * rows)
    if (!fits(second, r2) || !fits(third, r3))
      throw new Error('A number of the traced graph depends on the number of rows in an unknown way.')
    const numbers = (constant: BigInt64Array): FileValue => ({
      ...this.#fresh({ dtype: 'int64', shape }),
      constant,
    })
    const product = this.#fresh({ dtype: 'int64', shape })
    this.#emit('Mul', [numbers(slopes), this.#rows()], product)
    const sum = this.#fresh({ dtype: 'int64', shape })
    this.#emit('Add', [numbers(bases), product], sum)
    return sum
  }

  /** The number of rows [1], read from the first input that has them. */
  #rows(): FileValue {
    if (this.#rowCount) return this.#rowCount
    for (const { value, traced } of this.#values.values()) {
      const axis = value.shape.indexOf(rowsSide)
      if (axis < 0 || !this.#graphs[0]?.inputs.includes(traced[0])) continue
      const rows = this.#fresh({ dtype: 'int64', shape: [1] })
      this.#nodes.push({
        operation: 'Shape',
        domain: '',
        inputs: [value],
        outputs: [rows],
        attributes: { start: { int: axis }, end: { int: axis + 1 } },
      })
      this.#rowCount = rows
      return rows
    }
    throw new Error('No input of the traced graph has the number of rows as a side.')
  }

  #emit(operation: string, inputs: readonly FileValue[], output: FileValue): void {
    this.#nodes.push({ operation, domain: '', inputs, outputs: [output], attributes: {} })
  }
}

/** A side that is the same in all traces, or a name for what it depends on. */
function sideOf(sides: readonly number[]): number | string {
  const [first = 0] = sides
  if (sides.every((side) => side === first)) return first
  const multiple = first / (probes[0] as number)
  if (!sides.every((side, index) => side === multiple * (probes[index] ?? 0)) || !Number.isInteger(multiple))
    throw new Error(`A side of the traced graph is ${sides.join(', ')} for ${probes.join(', ')} rows.`)
  return multiple === 1 ? rowsSide : `${multiple} x ${rowsSide}`
}

function equalEntries(a: ConstantValues, b: ConstantValues | undefined): boolean {
  if (a.length !== b?.length) return false
  for (let index = 0; index < a.length; index += 1) if (!Object.is(a[index], b[index])) return false
  return true
}

function hasOnly(values: ConstantValues, entry: number | bigint | undefined): boolean {
  for (let index = 0; index < values.length; index += 1) if (!Object.is(values[index], entry)) return false
  return true
}
