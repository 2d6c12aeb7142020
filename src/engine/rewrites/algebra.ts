import { sameShape } from '../graph.ts'
import { bothOrders, made, type Rewrite } from './rewrite.ts'

/** The sum of squares is one operation. */
const sumOfSquares: Rewrite = (node, rewriting) => {
  const [squares, axes] = node.inputs
  const output = node.outputs[0]
  if (node.operation !== 'ReduceSum' || !squares || !axes || !output || !rewriting.usedOnce(squares))
    return null
  const [a, b] = made(rewriting, squares, 'Mul')?.inputs ?? []
  if (!a || a !== b) return null
  return rewriting.emit('ReduceSumSquare', [a, axes], output, node.attributes)
}

/** g a + (g x) c = g (a + x c): one pass fewer over the cells. The gradient of x sigmoid(x) has this form. */
const factorOut: Rewrite = (node, rewriting) => {
  const output = node.outputs[0]
  if (node.operation !== 'Add' || !output) return null
  for (const [left, right] of bothOrders(node)) {
    const [first, second] = [made(rewriting, left, 'Mul'), made(rewriting, right, 'Mul')]
    if (!first || !second || !rewriting.usedOnce(left) || !rewriting.usedOnce(right)) continue
    for (const [g, a] of bothOrders(first)) {
      for (const [product, c] of bothOrders(second)) {
        const inner = made(rewriting, product, 'Mul')
        if (!inner || !rewriting.usedOnce(product)) continue
        for (const [same, x] of bothOrders(inner)) {
          const shapes = [g, a, x, c].every((value) => sameShape(value.shape, output.shape))
          if (same !== g || !shapes) continue
          const sum = rewriting.emit('Add', [a, rewriting.emit('Mul', [x, c], output)], output)
          return rewriting.emit('Mul', [g, sum], output)
        }
      }
    }
  }
  return null
}

/** x (s t), where x s is computed already: (x s) t. */
const reuseProduct: Rewrite = (node, rewriting) => {
  const output = node.outputs[0]
  if (node.operation !== 'Mul' || !output) return null
  for (const [x, product] of bothOrders(node)) {
    const inner = made(rewriting, product, 'Mul')
    if (!inner || !rewriting.usedOnce(product)) continue
    for (const [s, t] of bothOrders(inner)) {
      const known = rewriting.existingProduct(x, s)
      if (known && known !== product && sameShape(known.shape, output.shape)) {
        return rewriting.emit('Mul', [known, t], output)
      }
    }
  }
  return null
}

/**
 * The sum over a matrix's rows, a bias's gradient, as a product with ones: ONNX Runtime's ReduceSum over the first
 * axis is several times slower.
 */
const sumByProduct: Rewrite = (node, rewriting) => {
  const [x, axes] = node.inputs
  const output = node.outputs[0]
  if (node.operation !== 'ReduceSum' || !x || !axes?.constant || output?.dtype !== 'float32') return null
  const [rows, columns] = x.shape
  if (rows === undefined || columns === undefined || x.shape.length !== 2) return null
  if (axes.constant.length !== 1 || Number(axes.constant[0]) !== 0) return null
  const ones = rewriting.uniform(1, { shape: [rows], dtype: 'float32' })
  const sums = rewriting.emit('MatMul', [ones, x], { shape: [columns], dtype: 'float32' })
  return rewriting.emit('Reshape', [sums, rewriting.shapeConstant(output.shape)], output)
}

export const algebraRewrites: readonly Rewrite[] = [sumByProduct, sumOfSquares, factorOut, reuseProduct]
