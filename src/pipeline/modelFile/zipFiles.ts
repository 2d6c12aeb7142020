import { type Zippable, zipSync } from 'fflate'

/**
 * One zip of some files. Weights (.bin) hardly shrink, and pressing them would take seconds: they are put in as they
 * are.
 * @param at the time that the files carry; zip keeps it to two seconds and from 1980 on
 */
export function zipFiles(files: Readonly<Record<string, Uint8Array>>, at: Date): Uint8Array {
  const earliest = Date.UTC(1980, 0, 2)
  const entries: Zippable = {}
  for (const [name, bytes] of Object.entries(files)) {
    entries[name] = [bytes, { level: name.endsWith('.bin') ? 0 : 6 }]
  }
  return zipSync(entries, { mtime: new Date(Math.max(at.getTime(), earliest)) })
}
