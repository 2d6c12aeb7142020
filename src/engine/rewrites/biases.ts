import type { AttributeValue, GraphNode, Value } from '../graph.ts'
import { bothOrders, made, type Rewrite, type Rewriting } from './rewrite.ts'

/** Where SiLU is 1. */
const activatedToOne = 1.278464542761074

/** Columns that a product computes at once (MLAS, with vectors of 512 bits): a last one in an unfilled group is free. */
const columnsAtOnce = 16

/**
 * Adding a bias is a pass over a product's result: a seventh of the time of scoring. Where weights are constants, a
 * layer whose width leaves room gets one more node that is always 1; the next layer's bias is that node's weights.
 */
const biasAsWeights: Rewrite = (node, rewriting) => {
  const next = denseConstants(node)
  const output = node.outputs[0]
  if (!next || !output || node.attributes.alpha) return null
  const layer = silu(rewriting, next.input)
  const before = layer && denseConstants(layer)
  const width = before?.bias.length ?? 0
  if (!layer || !before || width % columnsAtOnce === 0 || !rewriting.usedOnce(next.input)) return null

  const widened = { shape: [next.input.shape[0] ?? 0, width + 1], dtype: next.input.dtype }
  const inner = before.weights.length / width
  const weights = new Float32Array(inner * (width + 1))
  for (let row = 0; row < inner; row += 1)
    weights.set(before.weights.subarray(row * width, (row + 1) * width), row * (width + 1))
  const product = rewriting.emit(
    'Gemm',
    [
      before.input,
      rewriting.constant(weights, [inner, width + 1]),
      rewriting.constant(Float32Array.of(...before.bias, activatedToOne), [width + 1]),
    ],
    widened,
    layer.attributes,
  )
  const activated = rewriting.emit('Mul', [product, rewriting.emit('Sigmoid', [product], widened)], widened)
  const joined = new Float32Array(next.weights.length + next.bias.length)
  joined.set(next.weights)
  joined.set(next.bias, next.weights.length)
  return rewriting.emit(
    'Gemm',
    [activated, rewriting.constant(joined, [width + 1, next.bias.length])],
    output,
  )
}

/** The product behind x sigmoid(x). */
function silu(rewriting: Rewriting, value: Value): GraphNode | undefined {
  const product = made(rewriting, value, 'Mul')
  for (const [x, factor] of product ? bothOrders(product) : []) {
    if (made(rewriting, factor, 'Sigmoid')?.inputs[0] === x) return made(rewriting, x, 'Gemm')
  }
  return undefined
}

/** A product with weights [inputs, nodes] and a bias that are both known. */
function denseConstants(node: GraphNode) {
  const [input, { constant: weights, shape = [] } = {}, { constant: bias } = {}] = node.inputs
  if (node.operation !== 'Gemm' || !input || isSet(node.attributes.transA) || isSet(node.attributes.transB))
    return null
  if (!(weights instanceof Float32Array) || !(bias instanceof Float32Array)) return null
  return shape[1] === bias.length ? { input, weights, bias } : null
}

const isSet = (attribute: AttributeValue | undefined): boolean =>
  attribute !== undefined && 'int' in attribute && attribute.int === 1

export const biasRewrites: readonly Rewrite[] = [biasAsWeights]
