import { readdir, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, parse, relative, resolve, sep } from 'node:path'
import { Failure } from '../contract/failure.ts'

/** Refuses a path that would overwrite a part of the project itself. */
export async function refuseProjectPath(root: string, path: string): Promise<void> {
  const target = resolve(path)
  // The file need not exist yet; a link among the folders above it must not hide where it leads.
  const parent = await realpath(dirname(target)).catch(() => dirname(target))
  const inside = relative(await realpath(root), parent)
  const [first] = inside.split(sep)
  if (inside.startsWith('..') || isAbsolute(inside) || first === 'exports') return
  throw new Failure(
    'bad-request',
    `${path} lies inside the project's own folder. Choose another place for the export.`,
    { path },
  )
}

/**
 * A name in the exports folder that is not taken: an earlier export is never overwritten.
 * @param table name of the data set
 * @param ending after that name, as in `-flagged.csv`
 */
export async function freePath(folder: string, table: string, ending: string): Promise<string> {
  const taken = new Set(await readdir(folder))
  const { name, ext } = parse(ending)
  for (let number = 1; ; number++) {
    const candidate = `${fileStem(table)}${name}${number === 1 ? '' : `-${number}`}${ext}`
    if (!taken.has(candidate)) return join(folder, candidate)
  }
}

/** A data set's name as the start of a file name: no characters that some file system refuses, not too long. */
function fileStem(name: string): string {
  let stem = name.replace(/[^\p{L}\p{N}._ -]+/gu, '_').slice(0, 80)
  // File systems count bytes, of which a letter may need four.
  while (Buffer.byteLength(stem) > 150) stem = stem.slice(0, -1)
  return stem || 'table'
}
