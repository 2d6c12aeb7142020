import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and what is missing above it. Node's own recursive mkdir never ends where the file system
 * answers ENOENT to a mkdir below an existing folder (Linux /proc, for one).
 * @throws the system's error (EACCES, ENOTDIR, ENOENT, ENOSPC ...) of the first folder that cannot be made
 */
export async function makeFolder(path: string): Promise<void> {
  const missing: string[] = []
  let folder = resolve(path)
  while (!(await isFolder(folder))) {
    missing.push(folder)
    folder = dirname(folder)
  }
  for (const next of missing.reverse()) {
    await mkdir(next).catch(async (error) => {
      // Another call may have made it meanwhile.
      if (!(await isFolder(next))) throw error
    })
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    (error) => dirname(path) === path && Promise.reject(error),
  )
