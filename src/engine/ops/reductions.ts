import { util } from '@tensorflow/tfjs-core'
import { int64, type Recorder, type Recorders } from './recorder.ts'

const reduction = (operation: string): Recorder => {
  return ({ input, recording, attributeOr }) => {
    const x = input('x')
    const everyAxis = x.shape.map((_, axis) => axis)
    // Max alone calls its axes differently.
    const asked = attributeOr('axis', attributeOr('reductionIndices', everyAxis))
    const axes = util.parseAxisParam(asked, [...x.shape])
    const keepDims = attributeOr('keepDims', false)
    const shape = x.shape
      .map((side, axis) => (axes.includes(axis) ? (keepDims ? 1 : -1) : side))
      .filter((side) => side !== -1)
    return recording.node(operation, [x, int64(recording, axes)], shape, x.dtype, {
      keepdims: { int: keepDims ? 1 : 0 },
    })
  }
}

export const reductions: Recorders = {
  Max: reduction('ReduceMax'),
  Mean: reduction('ReduceMean'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  Sum: reduction('ReduceSum'),
}
