import { randomUUID } from 'node:crypto'
import { access, constants, open, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Failure } from '../../contract/failure.ts'

/**
 * Tries whether a file can be written before any long work: its folder, or the nearest one above it that
 * exists, takes a file. Leaves nothing behind. Throws a Failure that names the option and says what is wrong.
 */
export async function refuseUnwritable(option: string, target: string | undefined): Promise<void> {
  if (target === undefined) return
  const refuse = (why: string) =>
    new Failure('disk', `${option} ${target}: ${why} Name another file to write.`, { path: target })
  if (/[\\/]$/.test(target)) throw refuse('this names a folder.')
  const path = resolve(target)
  const there = await found(path).catch((error) => {
    throw refuse(reason(error))
  })
  if (there?.isDirectory()) throw refuse('this is a folder.')
  if (there !== null && !there.isFile()) throw refuse('this is not a regular file.')
  if (there !== null && !(await allows(path))) throw refuse('this file is read-only.')
  const folder = await nearestFolder(dirname(path)).catch((error) => {
    throw error instanceof NotFolder
      ? refuse(`${error.message} is a file, not a folder.`)
      : refuse(reason(error))
  })
  // Permissions alone do not tell: a file system may be read-only or made by the kernel.
  const probe = join(folder, `.${randomUUID()}.part`)
  try {
    await (await open(probe, 'wx')).close()
  } catch (error) {
    throw refuse(`no file can be made in ${folder} (${because(error)}).`)
  } finally {
    await rm(probe, { force: true }).catch(() => undefined)
  }
}

class NotFolder extends Error {}

/** The folder itself or the nearest one above it that exists. */
async function nearestFolder(folder: string): Promise<string> {
  const there = await found(folder)
  if (there === null) return nearestFolder(dirname(folder))
  if (!there.isDirectory()) throw new NotFolder(folder)
  return folder
}

/** What stands at a path; null where nothing does. Throws the system's other errors. */
const found = (path: string) =>
  stat(path).catch((error: NodeJS.ErrnoException) => {
    // ENOTDIR: something above it is a file, which is found on the way up.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
    throw error
  })

const allows = (path: string) =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  )

const reason = (error: unknown) => `it cannot be written (${because(error)}).`

function because(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return reasons[code] ?? 'the system refuses it'
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is full',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
}
