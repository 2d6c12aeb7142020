import type { AttributeValue, GraphNode, Value } from '../graph.ts'

/** What a rewrite may ask about the graph, and how it adds nodes before the one it looks at. */
export interface Rewriting {
  /** The node that computes a value; undefined for inputs and constants. */
  producer(value: Value): GraphNode | undefined
  /** Whether only one node, or output, reads the value. */
  usedOnce(value: Value): boolean
  /** The value of a Mul of these two that exists already. */
  existingProduct(a: Value, b: Value): Value | undefined
  emit(
    operation: string,
    inputs: readonly Value[],
    like: Pick<Value, 'shape' | 'dtype'>,
    attributes?: Readonly<Record<string, AttributeValue>>,
  ): Value
  /** A constant of the given shape and type whose entries are all the same. */
  uniform(entry: number, like: Pick<Value, 'shape' | 'dtype'>): Value
  shapeConstant(shape: readonly number[]): Value
  constant(values: Float32Array, shape: readonly number[]): Value
}

/** Returns a value that equals the node's only output and is cheaper, or null. */
export type Rewrite = (node: GraphNode, rewriting: Rewriting) => Value | null

/** Both orders of a commutative node's two inputs. */
export const bothOrders = ({ inputs: [a, b] }: GraphNode): [Value, Value][] =>
  a && b
    ? [
        [a, b],
        [b, a],
      ]
    : []

/** The entry that fills a constant, if it is one and all entries are the same. */
export function uniformEntry(value: Value): number | undefined {
  const first = value.constant?.[0]
  if (first === undefined || !value.constant?.every((entry: number | bigint) => entry === first))
    return undefined
  return Number(first)
}

/** The node behind a value, if it is of that operation. */
export function made(rewriting: Rewriting, value: Value, operation: string): GraphNode | undefined {
  const node = rewriting.producer(value)
  return node?.operation === operation ? node : undefined
}
