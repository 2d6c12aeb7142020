export const zero = 48
const space = 32
/** Longest cell that is looked at for leading zeros, in bytes. */
export const longestCode = 64

/**
 * Whether the cell that starts at `index` is a code such as 00123: a zero, then digits up to the cell's end.
 * @param special the bytes that end a cell
 * @param marks texts that stand for no value
 */
export function isCodeAt(
  block: Uint8Array,
  index: number,
  special: Uint8Array,
  marks: readonly string[] = [],
): boolean {
  if (block[index] !== zero) return false
  let end = index + 1
  while (end < index + longestCode && (block[end] ?? 0) >= zero && (block[end] ?? 0) <= zero + 9) end++
  const stop = block[end]
  if (end === index + 1 || end === index + longestCode) return false
  if (stop !== undefined && stop !== space && special[stop] === 0) return false
  return !marks.includes(String.fromCharCode(...block.subarray(index, end)))
}
