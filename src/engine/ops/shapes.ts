import { util } from '@tensorflow/tfjs-core'
import { sizeOf } from '../program/inputs.ts'
import { int64, type Recorders, reshaped } from './recorder.ts'

/** ONNX's numbers for element types. */
const castTargets = { float32: 1, int32: 6, bool: 9 } as const

export const shapes: Recorders = {
  Identity: ({ input }) => input('x'),

  Reshape: ({ input, attribute, recording }) => {
    const x = input('x')
    return reshaped(
      recording,
      x,
      util.inferFromImplicitShape(attribute('shape') as number[], sizeOf(x.shape)),
    )
  },

  ExpandDims: ({ input, attribute, recording }) => {
    const x = input('input')
    const axis = attribute('dim') as number
    const at = axis < 0 ? x.shape.length + 1 + axis : axis
    return reshaped(recording, x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)])
  },

  Cast: ({ input, attribute, recording }) => {
    const x = input('x')
    const dtype = attribute('dtype') as keyof typeof castTargets
    const target = castTargets[dtype]
    if (target === undefined) throw new Error(`A cast to ${dtype} cannot be traced.`)
    if (x.dtype === dtype) return x
    return recording.node('Cast', [x], x.shape, dtype, { to: { int: target } })
  },

  Transpose: ({ input, attribute, recording }) => {
    const x = input('x')
    const order = attribute('perm') as number[]
    const shape = order.map((axis) => x.shape[axis] ?? 1)
    return recording.node('Transpose', [x], shape, x.dtype, { perm: { ints: order } })
  },

  Tile: ({ input, attribute, recording }) => {
    const x = input('x')
    const repeats = attribute('reps') as number[]
    const shape = x.shape.map((side, axis) => side * (repeats[axis] ?? 1))
    return recording.node('Tile', [x, int64(recording, repeats)], shape, x.dtype)
  },

  Concat: ({ inputs, attribute, recording }) => {
    const first = inputs[0]
    if (!first) throw new Error('Concat was called without inputs.')
    const [axis = 0] = util.parseAxisParam(attribute('axis') as number, [...first.shape])
    const total = inputs.reduce((sum, value) => sum + (value.shape[axis] ?? 0), 0)
    return recording.node('Concat', inputs, first.shape.with(axis, total), first.dtype, {
      axis: { int: axis },
    })
  },

  SplitV: ({ input, attribute, recording }) => {
    const x = input('x')
    const [axis = 0] = util.parseAxisParam(attribute('axis') as number, [...x.shape])
    const asked = attribute('numOrSizeSplits') as number | number[]
    const side = x.shape[axis] ?? 0
    const sizes = typeof asked === 'number' ? Array.from({ length: asked }, () => side / asked) : [...asked]
    const open = sizes.indexOf(-1)
    if (open >= 0) sizes[open] = side - sizes.reduce((sum, size) => sum + size, 1)
    const outputs = sizes.map((size) => ({ shape: x.shape.with(axis, size), dtype: x.dtype }))
    const known = x.shape.length === 1 ? x.constant : undefined
    if (known) {
      let from = 0
      return outputs.map(({ shape, dtype }, index) => {
        const to = from + (sizes[index] ?? 0)
        const part = recording.constant(known.slice(from, to), shape, dtype)
        from = to
        return part
      })
    }
    return recording.nodes('Split', [x, int64(recording, sizes)], outputs, { axis: { int: axis } })
  },

  Slice: ({ input, attribute, recording }) => {
    const x = input('x')
    const begin = x.shape.map((_, axis) => (attribute('begin') as number[])[axis] ?? 0)
    const asked = attribute('size') as number | number[]
    const size = x.shape.map((side, axis) => {
      const given = typeof asked === 'number' ? (axis === 0 ? asked : -1) : (asked[axis] ?? -1)
      return given < 0 ? side - (begin[axis] ?? 0) : given
    })
    const end = begin.map((from, axis) => from + (size[axis] ?? 0))
    return recording.node('Slice', [x, int64(recording, begin), int64(recording, end)], size, x.dtype)
  },

  Pack: ({ inputs, attribute, recording }) => {
    const first = inputs[0]
    if (!first) throw new Error('Pack was called without inputs.')
    const asked = attribute('axis') as number
    const axis = asked < 0 ? first.shape.length + 1 + asked : asked
    const one = [...first.shape.slice(0, axis), 1, ...first.shape.slice(axis)]
    const parts = inputs.map((value) => reshaped(recording, value, one))
    return recording.node('Concat', parts, one.with(axis, parts.length), first.dtype, { axis: { int: axis } })
  },

  PadV2: ({ input, attribute, recording }) => {
    const x = input('x')
    const paddings = attribute('paddings') as [number, number][]
    const filler = recording.constant(Float32Array.of(attribute('constantValue') as number), [], 'float32')
    const shape = x.shape.map((side, axis) => side + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0))
    const pads = int64(recording, [...paddings.map((each) => each[0]), ...paddings.map((each) => each[1])])
    return recording.node('Pad', [x, pads, filler], shape, x.dtype)
  },
}
