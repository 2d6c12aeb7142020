/** No message of the contract nests deeper than about ten levels. */
const mostLevels = 32

/**
 * Refuses a MessagePack frame that promises more than it can hold, before anything is allocated for it: a
 * few bytes can announce arrays of billions. Every element takes at least a byte, so what is promised and
 * not yet read must fit into the bytes that are left. The bytes themselves are the decoder's to judge.
 * Format: the MessagePack specification.
 * @throws RangeError
 */
export function checkFrame(frame: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  // How many values each open array or map still expects, outermost first; and their sum.
  const open: number[] = [1]
  let promised = 1
  let at = 0
  while (open.length > 0) {
    const left = open.at(-1) ?? 0
    if (left === 0) {
      open.pop()
      continue
    }
    open[open.length - 1] = left - 1
    promised--
    const { bytes, values } = readHeader(view, at)
    at += bytes
    promised += values
    if (promised > frame.length - at) throw new RangeError('The frame promises more than it holds.')
    if (values > 0 && open.push(values) > mostLevels) throw new RangeError('The frame nests too deeply.')
  }
}

/** The bytes of the value at `at` without the values inside it, and the number of those. */
function readHeader(view: DataView, at: number): { bytes: number; values: number } {
  const head = view.getUint8(at)
  const size = (width: number) =>
    width === 1 ? view.getUint8(at + 1) : width === 2 ? view.getUint16(at + 1) : view.getUint32(at + 1)
  const leaf = (bytes: number) => ({ bytes, values: 0 })
  if (head < 0x80 || head >= 0xe0) return leaf(1)
  if (head < 0x90) return { bytes: 1, values: 2 * (head & 15) }
  if (head < 0xa0) return { bytes: 1, values: head & 15 }
  if (head < 0xc0) return leaf(1 + (head & 31))
  if (head < 0xc4) return leaf(1)
  if (head < 0xc7) return sized(head - 0xc4, 0) // binary
  if (head < 0xca) return sized(head - 0xc7, 1) // extensions, with a byte for their type
  if (head === 0xca) return leaf(5)
  if (head === 0xcb) return leaf(9)
  if (head < 0xd4) return leaf(1 + 2 ** ((head - 0xcc) % 4)) // whole numbers
  if (head < 0xd9) return leaf(2 + 2 ** (head - 0xd4)) // extensions of fixed lengths
  if (head < 0xdc) return sized(head - 0xd9, 0) // text
  const width = head % 2 === 0 ? 2 : 4
  return { bytes: 1 + width, values: (head < 0xde ? 1 : 2) * size(width) }

  function sized(exponent: number, more: number) {
    const width = 2 ** exponent
    return leaf(1 + width + more + size(width))
  }
}
