import { setImmediate } from 'node:timers/promises'

/** Items of a block: simple work on as many takes some milliseconds. */
const itemsPerBlock = 1 << 19

/**
 * Works on items 0..count (exclusive) in blocks, and lets other calls pass between them.
 * @param options.width numbers of each item
 * @throws AbortError
 */
export async function inBlocks(
  count: number,
  work: (from: number, to: number) => void,
  { width = 1, signal }: { readonly width?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const step = Math.max(1, Math.floor(itemsPerBlock / width))
  for (let from = 0; from < count; from += step) {
    signal?.throwIfAborted()
    work(from, Math.min(from + step, count))
    await setImmediate()
  }
}

/** Copies numbers or bytes to place `at` of `target`, in blocks. @throws AbortError */
export async function copyInBlocks<Numbers extends Uint8Array | Float32Array>(
  target: Numbers,
  source: Numbers,
  at = 0,
  signal?: AbortSignal,
): Promise<void> {
  const copy = (from: number, to: number) => target.set(source.subarray(from, to), at + from)
  await inBlocks(source.length, copy, { signal })
}

/** The parts as one, put together in blocks. @throws AbortError */
export async function joined(parts: readonly Uint8Array[], signal?: AbortSignal): Promise<Uint8Array> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    // A part of a few bytes is no reason to wait for others.
    if (part.length < itemsPerBlock) whole.set(part, at)
    else await copyInBlocks(whole, part, at, signal)
    at += part.length
  }
  return whole
}
