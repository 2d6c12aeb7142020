import { open } from 'node:fs/promises'
import { type Head, headText, readFailure, readHead } from '../sourceBytes.ts'

/** What a file is by its first bytes; its name is never asked. The head is there for everything that is text. */
export type Recognised =
  | { readonly format: 'parquet' }
  | { readonly format: 'json'; readonly head: Head }
  | { readonly format: 'text'; readonly head: Head }

/** Objects, in an array or one after the other. A table of text hardly begins so. */
const beginsAsJson = /^\s*(\[\s*)?\{\s*["}]/

/** Recognises a file by its content. Throws a Failure for what can be read in no format. */
export async function recognise(path: string, fileName: string): Promise<Recognised> {
  if ((await firstBytes(path, fileName)) === 'PAR1') return { format: 'parquet' }
  const head = await readHead(path, fileName)
  const json = beginsAsJson.test(headText(head, head.encoding).slice(0, 10_000))
  return { format: json ? 'json' : 'text', head }
}

async function firstBytes(path: string, fileName: string): Promise<string> {
  try {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
      return buffer.toString('latin1', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw readFailure(error, fileName)
  }
}
