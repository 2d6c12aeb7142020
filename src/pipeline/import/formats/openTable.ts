import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../../contract/failure.ts'
import type { Dataset, FileFormat, ImportPreview } from '../../../contract/records.ts'
import type { Database } from '../../dataset/database.ts'
import { importFile } from '../importFile.ts'
import type { ImportInput } from '../importInput.ts'
import { keepSource } from '../keepSource.ts'
import { type PreviewInput, previewFile } from '../preview.ts'
import type { Head } from '../sourceBytes.ts'
import { recognise } from './recognise.ts'
import { tableTextDialect, writeTableText } from './tableText.ts'

/** Rows of a typed file that its preview is made of. */
const previewedRows = 1000

/**
 * Imports a file of any format that is known by its content. A table of text is read as it is, with its dialect;
 * another one is first written out as text, so that everything after it is the same.
 * Throws as `importFile` does.
 */
export async function importTable(
  input: Omit<ImportInput, 'original'> & { readonly temporaryFolder: string },
): Promise<Dataset> {
  const { path, fileName, signal } = input
  const found = await recognise(path, fileName)
  if (found.format === 'text') return importFile(input)
  return withTemporary(input.temporaryFolder, async (temporary) => {
    input.onProgress(`Reading the ${formatTitles[found.format]}`, null)
    const source =
      found.format === 'json'
        ? await decoded(input, found.head, temporary('json'))
        : { path, bytes: (await stat(path)).size, sha256: await hashOf(path, signal) }
    const target = temporary('csv')
    const { format } = found
    const rows = await writeTableText({ ...input, path: source.path, format, target, limit: null })
    const original = { bytes: source.bytes, sha256: source.sha256, rows }
    return importFile({ ...input, path: target, dialect: tableTextDialect, original })
  })
}

/** The first rows of a file of any format. Throws as `previewFile` does. */
export async function previewTable(
  input: Omit<PreviewInput, 'cut'> & { readonly database: Database; readonly temporaryFolder: string },
): Promise<ImportPreview> {
  const { path, fileName, dialect, database } = input
  const found = await recognise(path, fileName)
  if (found.format === 'text') return previewFile({ path, fileName, dialect })
  return withTemporary(input.temporaryFolder, async (temporary) => {
    const signal = new AbortController().signal
    const plain = found.format === 'parquet' || isPlain(found.head)
    const source = plain
      ? { path }
      : await decoded({ path, fileName, signal, onProgress: () => undefined }, found.head, temporary('json'))
    const target = temporary('csv')
    const { format } = found
    const limit = previewedRows
    const rows = await writeTableText({
      database,
      path: source.path,
      fileName,
      format,
      target,
      limit,
      signal,
    })
    const cut = rows === limit
    const preview = await previewFile({ path: target, fileName, dialect: tableTextDialect, cut })
    return { ...preview, format, bytes: (await stat(path)).size, detected: [] }
  })
}

const formatTitles: Readonly<Record<Exclude<FileFormat, 'text'>, string>> = {
  parquet: 'Parquet file',
  json: 'JSON file',
}

const isPlain = ({ gzip, encoding, markBytes }: Head) => !gzip && encoding === 'utf-8' && markBytes === 0

/** Copies JSON as UTF-8: unpacked whole or not at all, which DuckDB's own unpacking does not promise. */
async function decoded(
  input: Pick<ImportInput, 'path' | 'fileName' | 'signal' | 'onProgress'>,
  head: Head,
  target: string,
): Promise<{ readonly path: string; readonly bytes: number; readonly sha256: string }> {
  const { encoding, gzip, fileBytes } = head
  const kept = await keepSource({
    ...input,
    gzip,
    // JSON is never in an encoding of one byte a character: guessing one would change texts without a word.
    encoding: encoding === 'windows-1252' ? 'utf-8' : encoding,
    replaceInvalid: false,
    target,
    fileBytes,
    onProgress: (share) => input.onProgress('Checking the file', share / 2),
  })
  if (kept.firstInvalidByte !== null) {
    throw new Failure(
      'unreadable-file',
      `${input.fileName} is JSON with bytes that are not valid UTF-8, near byte ${kept.firstInvalidByte}. Save it as UTF-8.`,
    )
  }
  return { path: target, bytes: fileBytes, sha256: kept.sha256 }
}

async function hashOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) hash.update(chunk)
  return hash.digest('hex')
}

/** Gives an action names of files in a folder, and removes them when it ends. */
async function withTemporary<T>(
  folder: string,
  action: (file: (extension: string) => string) => Promise<T>,
): Promise<T> {
  const made: string[] = []
  try {
    return await action((extension) => {
      const path = join(folder, `${randomUUID()}.${extension}`)
      made.push(path)
      return path
    })
  } finally {
    // What cannot be removed now goes when the project is opened next.
    for (const path of made) await rm(path, { force: true }).catch(() => undefined)
  }
}
