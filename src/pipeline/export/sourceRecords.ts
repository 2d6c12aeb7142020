import { existsSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import Papa from 'papaparse'
import { Failure } from '../../contract/failure.ts'
import type { Dataset } from '../../contract/records.ts'
import { cleanPath, sourcePath } from '../dataset/layout.ts'
import { fileReader } from '../import/cleanCopy.ts'
import { isBlank } from '../import/dialect.ts'
import { scanRecords } from '../import/scanRecords.ts'

export interface RecordBatch {
  /** The header's texts, in the first batch only. */
  readonly header: readonly string[] | null
  /** Row number of the first record. */
  readonly firstRow: number
  readonly records: readonly (readonly string[])[]
  /** Share of the source read so far. */
  readonly share: number
}

/** PapaParse is fastest in small blocks: larger ones cost twice the time in garbage collection. */
const blockBytes = 64 * 1024

/**
 * The records of a data set's kept source in file order, each cell as it stands there.
 * PapaParse's own streaming breaks characters at block edges, so this pulls complete records out of whole text.
 */
export async function* readSourceRecords(
  dataset: Dataset,
  sourceFolder: string,
  signal: AbortSignal,
): AsyncGenerator<RecordBatch> {
  const file = await openSource(dataset, sourceFolder)
  try {
    const { size } = await file.stat()
    const newline = await findNewline(file, dataset)
    const { delimiter, quote, hasHeader } = dataset.dialect
    const parser = new Papa.Parser({ delimiter, quoteChar: quote === '' ? '\u0000' : quote, newline })
    const decoder = new StringDecoder('utf8')
    const buffer = Buffer.allocUnsafe(blockBytes)
    const width = dataset.columns.length
    let header = hasHeader ? null : names(dataset)
    let headerTold = false
    let text = ''
    let enough = 0
    let row = 0
    for (let position = 0; ; ) {
      signal.throwIfAborted()
      const { bytesRead } = await file.read(buffer, 0, blockBytes, position)
      const last = bytesRead === 0
      position += bytesRead
      text += last ? decoder.end() : decoder.write(buffer.subarray(0, bytesRead))
      if (!last && text.length < enough) continue
      const { data, meta }: Papa.ParseResult<string[]> = parser.parse(text, 0, !last)
      // Of a long record that is not complete, twice as much is read before it is parsed again.
      enough = meta.cursor === 0 ? 2 * text.length : 0
      text = text.slice(meta.cursor)
      const records = width === 1 ? data : data.filter((record) => !isBlank(record))
      if (header === null && records.length > 0) header = completeHeader(records.shift() ?? [], dataset)
      yield {
        header: headerTold ? null : header,
        firstRow: row,
        records,
        share: size === 0 ? 1 : position / size,
      }
      headerTold ||= header !== null
      row += records.length
      if (last) break
    }
    if (row !== dataset.rows) throw damaged(dataset)
  } finally {
    await file.close()
  }
}

async function openSource(dataset: Dataset, sourceFolder: string): Promise<FileHandle> {
  const clean = cleanPath(sourceFolder, dataset.datasetId)
  try {
    return await open(existsSync(clean) ? clean : sourcePath(sourceFolder, dataset.datasetId))
  } catch {
    throw new Failure(
      'disk',
      `The kept text of ${dataset.name} is missing from the project, so its rows cannot be exported. Import the file again.`,
    )
  }
}

function damaged(dataset: Dataset): Failure {
  return new Failure(
    'disk',
    `The kept text of ${dataset.name} was changed outside Residual: it no longer has ${dataset.rows} rows. Import the file again.`,
  )
}

const names = (dataset: Dataset): string[] => dataset.columns.map(({ name }) => name)

/** The header as written, with the table's own names where it has too few cells. */
function completeHeader(header: readonly string[], dataset: Dataset): string[] {
  return dataset.columns.map(({ name }, index) => header[index] ?? name)
}

/** The line end between records, which is the first one's; a line end inside a quoted cell does not count. */
async function findNewline(file: FileHandle, dataset: Dataset): Promise<'\n' | '\r\n'> {
  const shape = { ...dataset.dialect, skipLines: 0, width: dataset.columns.length, fileName: dataset.name }
  const enough = new Error('the first record is found')
  let newline: '\n' | '\r\n' = '\n'
  try {
    await scanRecords(fileReader(file), shape, {
      record: (_row, _line, _start, end, lineEnd) => {
        if (end - lineEnd === 2) newline = '\r\n'
        throw enough
      },
    })
  } catch (error) {
    if (error !== enough) throw error
  }
  return newline
}
