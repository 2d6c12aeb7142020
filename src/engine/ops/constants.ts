import type { ElementType, Value } from '../graph.ts'
import { sizeOf } from '../program/inputs.ts'
import type { Recorders, Recording } from './recorder.ts'

function filled(recording: Recording, shape: readonly number[], dtype: ElementType, entry: number): Value {
  const size = sizeOf(shape)
  const values =
    dtype === 'float32'
      ? new Float32Array(size).fill(entry)
      : dtype === 'int32'
        ? new Int32Array(size).fill(entry)
        : new Uint8Array(size).fill(entry)
  return recording.constant(values, shape, dtype)
}

export const constants: Recorders = {
  Fill: ({ attribute, attributeOr, recording }) => {
    const dtype = attributeOr<ElementType>('dtype', 'float32')
    return filled(recording, attribute('shape') as number[], dtype, Number(attribute('value')))
  },
  OnesLike: ({ input, recording }) => filled(recording, input('x').shape, input('x').dtype, 1),
  ZerosLike: ({ input, recording }) => filled(recording, input('x').shape, input('x').dtype, 0),
}
