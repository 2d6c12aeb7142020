import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Failure } from '../contract/failure.ts'

/** The absolute path of a file that exists; a Failure says what is wrong with the name otherwise. */
export async function existingFile(file: string): Promise<string> {
  const path = resolve(file)
  const found = await stat(path).catch(() => null)
  if (found === null)
    throw new Failure('not-found', `There is no file ${path}. Check the name and try again.`)
  if (!found.isFile()) throw new Failure('unreadable-file', `${path} is not a file. Name a CSV or TSV file.`)
  return path
}
