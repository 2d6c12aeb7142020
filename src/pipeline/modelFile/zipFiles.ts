import { zipSync } from 'fflate'

/**
 * One zip of some files.
 * @param at the time that the files carry; zip keeps it to two seconds and from 1980 on
 */
export function zipFiles(files: Readonly<Record<string, Uint8Array>>, at: Date): Uint8Array {
  const earliest = Date.UTC(1980, 0, 2)
  return zipSync({ ...files }, { mtime: new Date(Math.max(at.getTime(), earliest)), level: 6 })
}
