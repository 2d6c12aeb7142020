import { createReadStream } from 'node:fs'
import { lstat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** The file of an address below /exports/, or null when it names anything but a plain file of that folder. */
export async function findExport(folder: string, encodedName: string) {
  let name: string
  try {
    name = decodeURIComponent(encodedName)
  } catch {
    return null
  }
  // A leading dot is an unfinished file or a way up; separators and NUL lead elsewhere.
  if (name === '' || name.startsWith('.') || /[/\\:\0]/.test(name)) return null
  const path = join(folder, name)
  const found = await lstat(path).catch(() => null)
  return found?.isFile() ? { name, path, bytes: found.size } : null
}

/** Sends a file as a download, never to be shown in the page's place. */
export async function sendExport(
  response: ServerResponse,
  file: { readonly name: string; readonly path: string; readonly bytes: number },
): Promise<void> {
  const encoded = encodeURIComponent(file.name).replace(/['()*]/g, (character) => `%${hex(character)}`)
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': file.bytes,
    'Content-Disposition': `attachment; filename*=UTF-8''${encoded}`,
  })
  // A reader that goes away half-way is its own business; the response is destroyed either way.
  // At most the length announced: the file may have grown since.
  const end = Math.max(0, file.bytes - 1)
  if (file.bytes === 0) response.end()
  else await pipeline(createReadStream(file.path, { end }), response).catch(() => response.destroy())
}

const hex = (character: string) => character.charCodeAt(0).toString(16).toUpperCase()
