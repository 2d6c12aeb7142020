/** Protocol Buffers, as much of the wire format as ONNX files need: fields are written in the order given. */
export type Field =
  | { readonly field: number; readonly int: number | bigint }
  | { readonly field: number; readonly float: number }
  | { readonly field: number; readonly text: string }
  | { readonly field: number; readonly bytes: Uint8Array }
  | { readonly field: number; readonly message: readonly Field[] }

const text = new TextEncoder()

/** Bytes of a message. */
export function encodeMessage(fields: readonly Field[]): Uint8Array {
  const parts: Uint8Array[] = []
  const whole = new Uint8Array(putParts(parts, fields))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

/** The bytes of a message in parts, one after the other. Those of `bytes` fields are the ones given, not copies. */
export function messageParts(fields: readonly Field[]): Uint8Array[] {
  const parts: Uint8Array[] = []
  putParts(parts, fields)
  return parts
}

/** @returns how many bytes were put */
function putParts(parts: Uint8Array[], fields: readonly Field[]): number {
  let total = 0
  const put = (bytes: Uint8Array) => {
    parts.push(bytes)
    total += bytes.length
  }
  for (const entry of fields) {
    if ('int' in entry) {
      put(key(entry.field, 0))
      put(varint(BigInt.asUintN(64, BigInt(entry.int))))
    } else if ('float' in entry) {
      const bytes = new Uint8Array(4)
      new DataView(bytes.buffer).setFloat32(0, entry.float, true)
      put(key(entry.field, 5))
      put(bytes)
    } else {
      put(key(entry.field, 2))
      if ('message' in entry) {
        // Its length stands before it and is known after it.
        const place = parts.length
        put(new Uint8Array(0))
        const length = putParts(parts, entry.message)
        const head = varint(BigInt(length))
        parts[place] = head
        total += head.length + length
      } else {
        const bytes = 'text' in entry ? text.encode(entry.text) : entry.bytes
        put(varint(BigInt(bytes.length)))
        put(bytes)
      }
    }
  }
  return total
}

const key = (field: number, wireType: number): Uint8Array => varint(BigInt(field * 8 + wireType))

/** Seven bits a byte, lowest first; the top bit says that more follow. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

/** A field as it lies in a message: its number or its bytes, which may be a message again. */
export type ReadField =
  | { readonly field: number; readonly kind: 'number'; readonly int: bigint }
  | { readonly field: number; readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly field: number; readonly kind: 'fixed' }

/** What is wrong with bytes that should be a message. */
export class DamagedMessage extends Error {}

/**
 * The fields of one message, in order. Nothing is copied: `bytes` are views. Messages within are left to the caller,
 * so depth is bounded by the code that reads. Every length is checked against what is there.
 * @param budget fields that may still be read; counted down, so that several messages can share it
 * @throws DamagedMessage
 */
export function readMessage(bytes: Uint8Array, budget: { fields: number }): ReadField[] {
  const fields: ReadField[] = []
  let at = 0
  const skip = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new DamagedMessage('a part is longer than the file')
    at += length
    return bytes.subarray(at - length, at)
  }
  const varintHere = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const [byte = 0] = skip(1)
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return BigInt.asUintN(64, value)
    }
    throw new DamagedMessage('a number has more than 64 bits')
  }
  while (at < bytes.length) {
    budget.fields -= 1
    if (budget.fields < 0) throw new DamagedMessage('it has too many parts')
    const head = varintHere()
    const field = Number(head >> 3n)
    if (field < 1 || field > mostFieldNumber) throw new DamagedMessage('a part has no number')
    switch (Number(head & 7n)) {
      case 0:
        fields.push({ field, kind: 'number', int: varintHere() })
        break
      case 1:
        skip(8)
        fields.push({ field, kind: 'fixed' })
        break
      case 2: {
        const length = varintHere()
        if (length > BigInt(bytes.length)) throw new DamagedMessage('a part is longer than the file')
        fields.push({ field, kind: 'bytes', bytes: skip(Number(length)) })
        break
      }
      case 5:
        skip(4)
        fields.push({ field, kind: 'fixed' })
        break
      default:
        throw new DamagedMessage('a part is of an unknown kind')
    }
  }
  return fields
}

/** The largest number that a field may have. */
const mostFieldNumber = 2 ** 29 - 1
