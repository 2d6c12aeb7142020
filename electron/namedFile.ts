import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The file that a command line names, as an absolute path; file managers on Linux may name it by its address. */
export function namedFile(name: string | undefined): string | undefined {
  if (name === undefined) return undefined
  if (!name.startsWith('file:')) return resolve(name)
  try {
    return fileURLToPath(name)
  } catch {
    return undefined // an address of another machine
  }
}
