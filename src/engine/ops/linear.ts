import { broadcastShape } from '../graph.ts'
import { int64, type Recorders } from './recorder.ts'

export const linear: Recorders = {
  /** Transposes are left to the product itself (FusedMatMul): nothing is copied for them. */
  BatchMatMul: ({ input, attributeOr, recording }) => {
    const [a, b] = [input('a'), input('b')]
    const [transposeA, transposeB] = [attributeOr('transposeA', false), attributeOr('transposeB', false)]
    const rows = a.shape.at(transposeA ? -1 : -2) ?? 1
    const columns = b.shape.at(transposeB ? -2 : -1) ?? 1
    const batch = broadcastShape([a.shape.slice(0, -2), b.shape.slice(0, -2)])
    if (!batch) throw new Error(`BatchMatMul cannot take shapes [${a.shape}] and [${b.shape}].`)
    const shape = [...batch, rows, columns]
    if (!transposeA && !transposeB) return recording.node('MatMul', [a, b], shape)
    const attributes = { transA: { int: transposeA ? 1 : 0 }, transB: { int: transposeB ? 1 : 0 } }
    return recording.node('FusedMatMul', [a, b], shape, 'float32', attributes, 'com.microsoft')
  },

  GatherV2: ({ input, attribute, attributeOr, recording }) => {
    const [x, indices] = [input('x'), input('indices')]
    if (attributeOr('batchDims', 0) !== 0) throw new Error('GatherV2 with batchDims cannot be traced.')
    const asked = attribute('axis') as number
    const axis = asked < 0 ? x.shape.length + asked : asked
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]
    return recording.node('Gather', [x, indices], shape, x.dtype, { axis: { int: axis } })
  },

  TopK: ({ input, attribute, recording }) => {
    const x = input('x')
    const k = attribute('k') as number
    const shape = x.shape.with(-1, k)
    const [values, places] = recording.nodes(
      'TopK',
      [x, int64(recording, [k])],
      [
        { shape, dtype: x.dtype },
        { shape, dtype: 'int64' },
      ],
    )
    if (!values || !places) throw new Error('TopK was recorded without outputs.')
    return [values, recording.node('Cast', [places], shape, 'int32', { to: { int: 6 } })]
  },

  Softmax: ({ input, attribute, recording }) => {
    const x = input('logits')
    return recording.node('Softmax', [x], x.shape, 'float32', { axis: { int: attribute('dim') as number } })
  },
}
