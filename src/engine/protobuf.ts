/** Protocol Buffers, as much of the wire format as ONNX files need: fields are written in the order given. */
export type Field =
  | { readonly field: number; readonly int: number | bigint }
  | { readonly field: number; readonly float: number }
  | { readonly field: number; readonly text: string }
  | { readonly field: number; readonly bytes: Uint8Array }
  | { readonly field: number; readonly message: readonly Field[] }

const text = new TextEncoder()

/** Bytes of a message. Lengths are found from the inside out, so that no byte is moved more than once a level. */
export function encodeMessage(fields: readonly Field[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const entry of fields) {
    if ('int' in entry) parts.push(key(entry.field, 0), varint(BigInt.asUintN(64, BigInt(entry.int))))
    else if ('float' in entry) {
      const bytes = new Uint8Array(4)
      new DataView(bytes.buffer).setFloat32(0, entry.float, true)
      parts.push(key(entry.field, 5), bytes)
    } else {
      const bytes =
        'text' in entry
          ? text.encode(entry.text)
          : 'bytes' in entry
            ? entry.bytes
            : encodeMessage(entry.message)
      parts.push(key(entry.field, 2), varint(BigInt(bytes.length)), bytes)
    }
  }
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
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
