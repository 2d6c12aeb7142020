import { readlink, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** As many links as an operating system follows before it calls them a circle. */
const mostLinks = 40

/** Whether two paths lead to the same file, links of both kinds followed; the files need not exist yet. */
export async function sameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([identity(resolve(one)), identity(resolve(other))])
  return first === second
}

/** What the system itself knows a file by; below a folder that is known so, the name. */
async function identity(path: string, linksLeft = mostLinks): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null)
  if (found !== null) return `${found.dev}:${found.ino}`
  const target = await readlink(path).catch(() => null)
  if (target !== null && linksLeft > 0) return identity(resolve(dirname(path), target), linksLeft - 1)
  const folder = dirname(path)
  return folder === path ? path : join(await identity(folder, linksLeft), basename(path))
}
