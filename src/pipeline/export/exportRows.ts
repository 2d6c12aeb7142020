import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { Failure } from '../../contract/failure.ts'
import type { Column, Dataset, ExportedFile, ExportFormat } from '../../contract/records.ts'
import type { Database } from '../dataset/database.ts'
import { writeFully } from '../dataset/writeFully.ts'
import { type AddedColumns, addedColumns, type ExportRow } from './addedColumns.ts'
import { exportParquet } from './exportParquet.ts'
import { readSourceRecords } from './sourceRecords.ts'
import { type CellBatch, readTypedRecords, typedColumns } from './typedRecords.ts'
import { writeExport } from './writeExport.ts'
import { delimitedWriter } from './writers/delimited.ts'
import { jsonLinesWriter } from './writers/jsonLines.ts'
import type { ExportColumn, RowWriter, Sink } from './writers/rowWriter.ts'
import { workbookWriter } from './writers/workbook.ts'

export type { ExportRow }

export interface ExportInput {
  readonly database: Database
  readonly dataset: Dataset
  readonly sourceFolder: string
  readonly path: string
  readonly format: ExportFormat
  /** Names of the columns to write, in this order; undefined: all. */
  readonly columns?: readonly string[] | undefined
  /** In file order: ascending by `row`. */
  readonly rows: AsyncIterable<ExportRow> | Iterable<ExportRow>
  /** Names of columns for the rows' codes, after all others; mostly none. */
  readonly codeColumns?: readonly string[] | undefined
  readonly neutraliseFormulas: boolean
  /** Share of the table read, 0..1. */
  readonly onProgress: (share: number) => void
  readonly signal: AbortSignal
}

const writeBytes = 256 * 1024

/**
 * Writes rows, then for each its score, rank, flag and top columns. CSV and TSV have the cells exactly as they stand in
 * the source; the other formats have them typed, as the table reads them. The file appears whole or not at all.
 * Throws a Failure when it cannot be written, the source is gone or the format cannot hold the rows.
 */
export async function exportRows(input: ExportInput): Promise<ExportedFile> {
  const { path, format, neutraliseFormulas, signal } = input
  signal.throwIfAborted()
  try {
    if (format === 'parquet') return await exportParquet(input, chosenColumns(input))
    return await writeExport(path, async (file) => {
      const output = new BufferedOutput(file, basename(path))
      const sink: Sink = (bytes) => output.push(bytes)
      const written = await writeRows(input, writerOf(format, sink, neutraliseFormulas), () => output.drain())
      await output.flush()
      return written
    })
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  }
}

/** The same rows as tab-separated text, for the clipboard. */
export async function rowsAsText(input: Omit<ExportInput, 'path' | 'format'>): Promise<string> {
  const parts: Uint8Array[] = []
  const { neutraliseFormulas } = input
  const sink: Sink = (bytes) => parts.push(bytes)
  await writeRows({ ...input, format: 'tsv' }, writerOf('tsv', sink, neutraliseFormulas), async () => {})
  return Buffer.concat(parts).toString()
}

function writerOf(
  format: Exclude<ExportFormat, 'parquet'>,
  sink: Sink,
  neutraliseFormulas: boolean,
): RowWriter {
  switch (format) {
    case 'csv':
      return delimitedWriter(sink, { delimiter: ',', neutraliseFormulas })
    case 'tsv':
      return delimitedWriter(sink, { delimiter: '\t', neutraliseFormulas })
    case 'jsonl':
      return jsonLinesWriter(sink)
    case 'xlsx':
      return workbookWriter(sink)
  }
}

/** @returns how many rows were written */
async function writeRows(
  input: Omit<ExportInput, 'path'>,
  writer: RowWriter,
  drain: () => Promise<void>,
): Promise<number> {
  const { rows, dataset, onProgress } = input
  const columns = chosenColumns(input)
  const wanted = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]()
  let written = 0
  try {
    let next = await wanted.next()
    const begin = (table: readonly ExportColumn[]): AddedColumns => {
      const added = addedColumns(
        table.map(({ name }) => name),
        input.codeColumns ?? [],
      )
      writer.begin([...table, ...added.columns])
      return added
    }
    const source = tableCells(input, columns, begin)
    for await (const { batch, added } of source) {
      for (let index = 0; index < batch.rows && next.done !== true; index++) {
        const { row } = next.value
        if (row !== batch.firstRow + index) continue
        writer.add([...batch.cells(index), ...added.cells(next.value)])
        written++
        await drain()
        next = await wanted.next()
        if (next.done !== true && next.value.row <= row)
          throw new Error(`rows to export must ascend: ${next.value.row} after ${row}`)
      }
      onProgress(batch.share)
    }
    if (next.done !== true) {
      const { row } = next.value
      throw new Failure('not-found', `${dataset.name} has no row ${row}.`, { row })
    }
    writer.end()
  } finally {
    // Rows come from an open database stream, which ends only here when the export stopped early.
    await wanted.return?.()
  }
  return written
}

/** The table's cells as the format takes them; `begin` is told the columns before the first batch. */
async function* tableCells(
  { database, dataset, sourceFolder, format, signal }: Omit<ExportInput, 'path'>,
  columns: readonly Column[],
  begin: (table: readonly ExportColumn[]) => AddedColumns,
): AsyncGenerator<{ batch: CellBatch; added: AddedColumns }> {
  if (format !== 'csv' && format !== 'tsv') {
    const added = begin(typedColumns(columns))
    for await (const batch of readTypedRecords(database, dataset, columns, signal)) yield { batch, added }
    return
  }
  const places = columns.map((column) => dataset.columns.indexOf(column))
  const chosenOf = (record: readonly string[]) => places.map((place) => record[place] ?? '')
  let added: AddedColumns | null = null
  for await (const { header, records, firstRow, share } of readSourceRecords(dataset, sourceFolder, signal)) {
    if (header !== null) added = begin(chosenOf(header).map((name) => ({ name, kind: 'text' })))
    if (added === null) continue
    const cells = (index: number) => chosenOf(records[index] ?? [])
    yield { batch: { firstRow, rows: records.length, cells, share }, added }
  }
}

function chosenColumns({ dataset, columns }: Pick<ExportInput, 'dataset' | 'columns'>): readonly Column[] {
  if (columns === undefined) return dataset.columns
  const byName = new Map(dataset.columns.map((column) => [column.name, column]))
  return [...new Set(columns)].map((name) => {
    const column = byName.get(name)
    if (column === undefined)
      throw new Failure('not-found', `${dataset.name} has no column "${name}" to export. Check the name.`, {
        column: name,
      })
    return column
  })
}

/** Collects the pieces of a file, and writes them when they are many. */
class BufferedOutput {
  readonly #file: FileHandle
  readonly #name: string
  #parts: Uint8Array[] = []
  #bytes = 0

  constructor(file: FileHandle, name: string) {
    this.#file = file
    this.#name = name
  }

  push(bytes: Uint8Array): void {
    this.#parts.push(bytes)
    this.#bytes += bytes.length
  }

  async drain(): Promise<void> {
    if (this.#bytes >= writeBytes) await this.flush()
  }

  async flush(): Promise<void> {
    const all = Buffer.concat(this.#parts)
    this.#parts = []
    this.#bytes = 0
    await writeFully(this.#file, all, this.#name)
  }
}
