import { broadcastShape, elementwiseOperations, sameShape } from '../graph.ts'
import { made, type Rewrite } from './rewrite.ts'

/** Of several reshapes in a row only the last matters; one to the same shape does nothing. */
const joinReshapes: Rewrite = (node, rewriting) => {
  const [x, target] = node.inputs
  const output = node.outputs[0]
  if (node.operation !== 'Reshape' || !x || !target || !output) return null
  if (sameShape(x.shape, output.shape)) return x
  const source = made(rewriting, x, 'Reshape')?.inputs[0]
  return source ? rewriting.emit('Reshape', [source, target], output) : null
}

/** A reshape that only adds leading sides of 1 is what broadcasting does anyway. */
const dropLeadingOnes: Rewrite = (node, rewriting) => {
  const output = node.outputs[0]
  if (!elementwiseOperations.has(node.operation) || !output) return null
  for (const [index, value] of node.inputs.entries()) {
    const source = made(rewriting, value, 'Reshape')?.inputs[0]
    if (!source || source.shape.length >= value.shape.length) continue
    const added = value.shape.length - source.shape.length
    if (!sameShape(value.shape.slice(added), source.shape)) continue
    const inputs = node.inputs.with(index, source)
    if (sameShape(broadcastShape(inputs.map((each) => each.shape)) ?? [], output.shape)) {
      return rewriting.emit(node.operation, inputs, output, node.attributes)
    }
  }
  return null
}

export const shapeRewrites: readonly Rewrite[] = [joinReshapes, dropLeadingOnes]
