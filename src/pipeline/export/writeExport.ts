import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../../contract/failure.ts'
import type { ExportedFile } from '../../contract/records.ts'
import { makeFolder } from '../dataset/makeFolder.ts'
import { fullDisk, isFull } from '../dataset/writeFully.ts'

/**
 * Writes a file that leaves the project, whole or not at all; its folder is made where it is missing.
 * @param write writes all of the content and says of how many rows it is
 * @throws Failure `disk` where the system refuses; otherwise what `write` throws
 */
export async function writeExport(
  path: string,
  write: (file: FileHandle) => Promise<number>,
): Promise<ExportedFile> {
  return await writeExportAt(path, async (part) => {
    const file = await open(part, 'wx')
    try {
      const rows = await write(file)
      await file.sync()
      return rows
    } finally {
      await file.close()
    }
  })
}

/** The same where `write` makes the file itself, at the path that it is given. */
export async function writeExportAt(
  path: string,
  write: (part: string) => Promise<number>,
): Promise<ExportedFile> {
  const folder = dirname(path)
  const name = basename(path)
  // A name that is always short enough, and by which leftovers of a killed process are known.
  const part = join(folder, `.${randomUUID()}.part`)
  try {
    await makeFolder(folder)
    const rows = await write(part)
    await rename(part, path)
    const { size } = await stat(path)
    return { name, path, rows, bytes: size }
  } catch (error) {
    // A second failure must not hide the first.
    await rm(part, { force: true }).catch(() => undefined)
    if (isFull(error)) throw fullDisk(name)
    if (error instanceof Failure || !(error instanceof Error) || !('code' in error)) throw error
    throw new Failure(
      'disk',
      `${name} cannot be written: ${error.message}. Choose another folder or free some space.`,
      { path },
    )
  }
}
