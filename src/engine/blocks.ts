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
