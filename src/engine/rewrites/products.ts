import { elementwiseOperations, sameShape, unaryOperations, type Value } from '../graph.ts'
import { sizeOf } from '../program/inputs.ts'
import { bothOrders, made, type Rewrite, type Rewriting, uniformEntry } from './rewrite.ts'

// A batch of one product is a product: ONNX Runtime adds the bias of a plain one (Gemm) while it multiplies, where
// adding it to a batch is a slow pass of its own.

/** Whether a shape is a batch of one matrix. */
const isSingle = ({ shape }: Value): boolean => shape.length === 3 && shape[0] === 1

const withoutBatch = (rewriting: Rewriting, value: Value): Value => {
  const like = { shape: value.shape.slice(1), dtype: value.dtype }
  return rewriting.emit('Reshape', [value, rewriting.shapeConstant(like.shape)], like)
}

const withBatch = (rewriting: Rewriting, matrix: Value, output: Value): Value =>
  rewriting.emit('Reshape', [matrix, rewriting.shapeConstant(output.shape)], output)

/** The matrix behind a value that only adds the batch side of 1 to it. */
function unbatched(rewriting: Rewriting, value: Value): Value | undefined {
  const source = made(rewriting, value, 'Reshape')?.inputs[0]
  return source && isSingle(value) && sameShape(source.shape, value.shape.slice(1)) ? source : undefined
}

const productOfMatrices: Rewrite = (node, rewriting) => {
  const [a, b] = node.inputs
  const output = node.outputs[0]
  if (node.operation !== 'MatMul' && node.operation !== 'FusedMatMul') return null
  if (!a || !b || !output || !isSingle(a) || !isSingle(b)) return null
  const like = { shape: output.shape.slice(1), dtype: output.dtype }
  const inputs = [withoutBatch(rewriting, a), withoutBatch(rewriting, b)]
  return withBatch(rewriting, rewriting.emit('Gemm', inputs, like, node.attributes), output)
}

/** Elementwise operations on batches of one are done on the matrices, so that the batch side vanishes everywhere. */
const elementwiseOnMatrices: Rewrite = (node, rewriting) => {
  const output = node.outputs[0]
  const isElementwise = elementwiseOperations.has(node.operation) || unaryOperations.has(node.operation)
  if (!isElementwise || !output || !isSingle(output)) return null
  if (!node.inputs.some((value) => unbatched(rewriting, value))) return null
  const inputs = node.inputs.map((value) =>
    value.shape.length < 3 ? value : (unbatched(rewriting, value) ?? withoutBatch(rewriting, value)),
  )
  const like = { shape: output.shape.slice(1), dtype: output.dtype }
  return withBatch(rewriting, rewriting.emit(node.operation, inputs, like, node.attributes), output)
}

const reductionOnMatrix: Rewrite = (node, rewriting) => {
  const [x, axes] = node.inputs
  const output = node.outputs[0]
  if (!node.operation.startsWith('Reduce') || !x || !axes?.constant || !output) return null
  const matrix = unbatched(rewriting, x)
  const along = Array.from(axes.constant, Number)
  if (!matrix || along.some((axis) => axis < 1)) return null
  const keeps = output.shape.length === 3
  const moved = along.map((axis) => axis - 1)
  const shape = matrix.shape.flatMap((side, axis) => (moved.includes(axis) ? (keeps ? [1] : []) : [side]))
  const inputs = [matrix, rewriting.shapeConstant(moved)]
  const reduced = rewriting.emit(node.operation, inputs, { shape, dtype: output.dtype }, node.attributes)
  return withBatch(rewriting, reduced, output)
}

/** The sum or mean over sides of 1 is the value itself. */
const reductionOfNothing: Rewrite = (node, rewriting) => {
  const [x, axes] = node.inputs
  const output = node.outputs[0]
  if (!['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin'].includes(node.operation)) return null
  if (!x || !axes?.constant || !output) return null
  if (!Array.from(axes.constant, Number).every((axis) => x.shape[axis] === 1)) return null
  return withBatch(rewriting, x, output)
}

const biasInProduct: Rewrite = (node, rewriting) => {
  const output = node.outputs[0]
  if (node.operation !== 'Add' || !output) return null
  for (const [sum, bias] of bothOrders(node)) {
    const product = made(rewriting, sum, 'Gemm')
    if (product?.inputs.length !== 2 || !rewriting.usedOnce(sum)) continue
    const columns = output.shape.at(-1)
    const isRow = bias.shape.length <= 2 && bias.shape.at(-1) === columns && (bias.shape.at(-2) ?? 1) === 1
    if (!isRow || !sameShape(sum.shape, output.shape)) continue
    // A product repeats its bias itself: a reshape that only adds the side of 1 is not needed.
    const source = made(rewriting, bias, 'Reshape')?.inputs[0]
    const row = source && sameShape(source.shape, [columns ?? 0]) ? source : bias
    return rewriting.emit('Gemm', [...product.inputs, row], output, product.attributes)
  }
  return null
}

/** (c a) b = c (a b), and a product takes its factor along. */
const factorInProduct: Rewrite = (node, rewriting) => {
  const [a, ...others] = node.inputs
  const output = node.outputs[0]
  if (node.operation !== 'Gemm' || node.attributes.alpha || !a || !output) return null
  const batched = made(rewriting, a, 'Reshape')?.inputs[0]
  const scaled = made(rewriting, batched ?? a, 'Mul')
  for (const [cells, number] of scaled ? bothOrders(scaled) : []) {
    const factor = uniformEntry(number)
    if (factor === undefined || sizeOf(cells.shape) !== sizeOf(a.shape)) continue
    const matrix = batched ? rewriting.emit('Reshape', [cells, rewriting.shapeConstant(a.shape)], a) : cells
    const attributes = { ...node.attributes, alpha: { float: factor } }
    return rewriting.emit('Gemm', [matrix, ...others], output, attributes)
  }
  return null
}

export const productRewrites: readonly Rewrite[] = [
  reductionOfNothing,
  productOfMatrices,
  elementwiseOnMatrices,
  reductionOnMatrix,
  biasInProduct,
  factorInProduct,
]
