import { broadcastShape, elementwiseOperations, sameShape } from '../graph.ts'
import { sizeOf } from '../program/inputs.ts'
import { bothOrders, made, type Rewrite, uniformEntry } from './rewrite.ts'

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
}

/** Arithmetic on constants that are the same everywhere is done once, here. */
const foldArithmetic: Rewrite = (node, rewriting) => {
  const compute = arithmetic[node.operation]
  const [a, b] = node.inputs.map(uniformEntry)
  const output = node.outputs[0]
  if (!compute || !output || a === undefined || b === undefined) return null
  return rewriting.uniform(Math.fround(compute(a, b)), output)
}

const foldReshape: Rewrite = (node) => {
  const [x] = node.inputs
  const output = node.outputs[0]
  if (node.operation !== 'Reshape' || !x?.constant || !output) return null
  return { ...output, constant: x.constant }
}

/** A constant that is the same everywhere need not have the full shape where another operand has it. */
const shrinkUniform: Rewrite = (node, rewriting) => {
  const output = node.outputs[0]
  if (!elementwiseOperations.has(node.operation) || !output) return null
  const index = node.inputs.findIndex((value) => value.shape.length > 0 && uniformEntry(value) !== undefined)
  const constant = node.inputs[index]
  if (!constant) return null
  const others = node.inputs.filter((_, other) => other !== index)
  const shape = broadcastShape(others.map((value) => value.shape))
  if (!shape || !sameShape(shape, output.shape)) return null
  const scalar = rewriting.uniform(uniformEntry(constant) ?? 0, { shape: [], dtype: constant.dtype })
  return rewriting.emit(node.operation, node.inputs.with(index, scalar), output, node.attributes)
}

/** x * 1, x + 0 and their like are x, or x repeated along the axes that the constant had. */
const dropNeutral: Rewrite = (node, rewriting) => {
  const output = node.outputs[0]
  const neutral = { Mul: 1, Add: 0 }[node.operation]
  if (neutral === undefined || !output) return null
  for (const [x, constant] of bothOrders(node)) {
    if (uniformEntry(constant) !== neutral) continue
    if (sameShape(x.shape, output.shape)) return x
    return rewriting.emit('Expand', [x, rewriting.shapeConstant(output.shape)], output)
  }
  return null
}

/** Elementwise operations repeat their operands themselves. */
const dropExpand: Rewrite = (node, rewriting) => {
  const output = node.outputs[0]
  if (!elementwiseOperations.has(node.operation) || !output) return null
  for (const [index, value] of node.inputs.entries()) {
    const source = made(rewriting, value, 'Expand')?.inputs[0]
    if (!source) continue
    const inputs = node.inputs.with(index, source)
    const shape = broadcastShape(inputs.map((each) => each.shape))
    if (shape && sameShape(shape, output.shape)) {
      return rewriting.emit(node.operation, inputs, output, node.attributes)
    }
  }
  return null
}

/** a * (b * c) with a number c and a smaller than b: (a * c) * b passes over fewer cells. */
const scaleSmaller: Rewrite = (node, rewriting) => {
  const output = node.outputs[0]
  if (node.operation !== 'Mul' || !output) return null
  for (const [a, product] of bothOrders(node)) {
    const inner = made(rewriting, product, 'Mul')
    if (!inner || a.constant || !rewriting.usedOnce(product)) continue
    for (const [b, factor] of bothOrders(inner)) {
      if (factor.shape.length > 0 || !factor.constant || sizeOf(a.shape) >= sizeOf(b.shape)) continue
      return rewriting.emit('Mul', [rewriting.emit('Mul', [a, factor], a), b], output)
    }
  }
  return null
}

/** (x c) d with numbers c and d is x (c d), whatever shape it takes in between. */
const mergeFactors: Rewrite = (node, rewriting) => {
  const output = node.outputs[0]
  if (node.operation !== 'Mul' || !output) return null
  for (const [scaled, last] of bothOrders(node)) {
    const reshape = made(rewriting, scaled, 'Reshape')
    const cells = reshape?.inputs[0] ?? scaled
    const inner = made(rewriting, cells, 'Mul')
    const second = uniformEntry(last)
    if (!inner || second === undefined || last.shape.length > 0) continue
    if (!rewriting.usedOnce(scaled) || !rewriting.usedOnce(cells)) continue
    for (const [x, factor] of bothOrders(inner)) {
      const first = uniformEntry(factor)
      if (first === undefined || factor.shape.length > 0 || factor.dtype !== 'float32') continue
      const product = rewriting.uniform(Math.fround(first * second), factor)
      const merged = rewriting.emit('Mul', [x, product], cells)
      return reshape
        ? rewriting.emit('Reshape', [merged, rewriting.shapeConstant(output.shape)], output)
        : merged
    }
  }
  return null
}

export const constantRewrites: readonly Rewrite[] = [
  foldArithmetic,
  foldReshape,
  dropNeutral,
  shrinkUniform,
  dropExpand,
  scaleSmaller,
  mergeFactors,
]
