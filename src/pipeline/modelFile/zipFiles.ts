import { Zip, ZipDeflate } from 'fflate'
import { inBlocks, joined } from '../../engine/blocks.ts'

/** Pressing is slow work: a block of texts is this many times smaller than one that is only copied. */
const pressingWork = 8

/**
 * One zip of some files. Weights (.bin) hardly shrink, and pressing them would take seconds: they are put in as they
 * are.
 * @param at the time that the files carry; zip keeps it to two seconds and from 1980 on
 * @throws AbortError
 */
export async function zipFiles(
  files: Readonly<Record<string, Uint8Array>>,
  at: Date,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const zip = new Zip((error, part) => {
    if (error) throw error
    parts.push(part)
  })
  const mtime = new Date(Math.max(at.getTime(), Date.UTC(1980, 0, 2)))
  for (const [name, bytes] of Object.entries(files)) {
    const isPressed = !name.endsWith('.bin')
    // Also what is not pressed is written as deflate: readers that know no lengths beforehand refuse anything else.
    const entry = Object.assign(new ZipDeflate(name, { level: isPressed ? 6 : 0 }), { mtime })
    zip.add(entry)
    const push = (from: number, to: number) => entry.push(bytes.subarray(from, to))
    await inBlocks(bytes.length, push, { width: isPressed ? pressingWork : 1, signal })
    entry.push(new Uint8Array(0), true)
  }
  zip.end()
  return joined(parts, signal)
}
