import { Decoder, Encoder, ExtData, type ExtensionCodecType } from '@msgpack/msgpack'
import { bytesOf } from '../bytes.ts'
import { checkFrame } from './frame.ts'

/** Typed arrays cross as MessagePack extensions; their place here is their number in the format. */
const arrayKinds = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
] as const

const extensionCodec: ExtensionCodecType<undefined> = {
  tryToEncode(input) {
    if (Array.isArray(input) || typeof input !== 'object' || input === null) return null
    if (ArrayBuffer.isView(input)) {
      const type = arrayKinds.findIndex((kind) => input instanceof kind)
      if (type < 0) throw new TypeError(`${input.constructor.name} does not cross.`)
      return new ExtData(type, bytesOf(input))
    }
    // Whatever else is not plain would silently arrive as an empty record.
    const prototype: unknown = Object.getPrototypeOf(input)
    if (prototype !== Object.prototype && prototype !== null)
      throw new TypeError(`${input.constructor?.name ?? 'An object'} is not a plain record.`)
    if (Object.hasOwn(input, '__proto__'))
      throw new TypeError('A record cannot have a field named __proto__.')
    return null
  },
  decode(bytes, type) {
    const kind = arrayKinds[type]
    if (kind === undefined) throw new TypeError(`Extension ${type} is not known.`)
    // Copied, because a frame's bytes start anywhere and a Float32Array must start at a multiple of four.
    return new kind(bytes.slice().buffer)
  },
}

const encoder = new Encoder({ extensionCodec, ignoreUndefined: true })
const decoder = new Decoder({ extensionCodec })

/**
 * One message as a MessagePack frame. Fields that are undefined are left out; -0 becomes 0.
 * Throws on functions, symbols, big integers, and instances of classes other than typed arrays.
 */
export const encode = (message: unknown): Uint8Array => encoder.encode(message)

/** The message of a frame. Throws when the bytes are not exactly one message, or promise more than they hold. */
export function decode(frame: Uint8Array): unknown {
  checkFrame(frame)
  return decoder.decode(frame)
}
