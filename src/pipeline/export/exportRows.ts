import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { Failure } from '../../contract/failure.ts'
import type { Dataset, ExportedFile } from '../../contract/records.ts'
import { writeFully } from '../dataset/writeFully.ts'
import { csvLine, neutralised, numberText } from './csvText.ts'
import { readSourceRecords } from './sourceRecords.ts'
import { writeExport } from './writeExport.ts'

export interface ExportRow {
  /** 0-based row number in file order. */
  readonly row: number
  readonly score: number
  readonly rank: number
  readonly flagged: boolean
  /** Names of the columns with the largest shares, largest first. */
  readonly topColumns: readonly string[]
  /** One number for each of `codeColumns`. */
  readonly code?: ArrayLike<number> | undefined
}

export interface ExportInput {
  readonly dataset: Dataset
  readonly sourceFolder: string
  readonly path: string
  /** In file order: ascending by `row`. */
  readonly rows: AsyncIterable<ExportRow> | Iterable<ExportRow>
  /** Names of columns for the rows' codes, after all others; mostly none. */
  readonly codeColumns?: readonly string[] | undefined
  readonly neutraliseFormulas: boolean
  /** Share of the source read, 0..1. */
  readonly onProgress: (share: number) => void
  readonly signal: AbortSignal
}

const addedColumns = ['anomaly_score', 'anomaly_rank', 'flagged', 'top_columns']
const writeBytes = 256 * 1024

/**
 * Writes rows as CSV: their cells exactly as they stand in the source, then score, rank, flag and top columns.
 * The file appears whole or not at all. Throws a Failure when it cannot be written or the source is gone.
 */
export async function exportRows(input: ExportInput): Promise<ExportedFile> {
  const { path, rows, signal } = input
  signal.throwIfAborted()
  try {
    return await writeExport(path, async (file) => {
      const wanted = iterate(rows)
      try {
        return await writeRows(input, file, wanted)
      } finally {
        // Rows come from an open database stream, which ends only here when the export stopped early.
        await wanted.return?.()
      }
    })
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  }
}

async function writeRows(
  input: ExportInput,
  file: FileHandle,
  wanted: AsyncIterator<ExportRow> | Iterator<ExportRow>,
): Promise<number> {
  const { dataset, codeColumns = [] } = input
  const shown = input.neutraliseFormulas ? neutralised : (text: string) => text
  let next = await wanted.next()
  let written = 0
  let pending: string[] = []
  let pendingLength = 0
  const push = async (cells: readonly string[]) => {
    const line = csvLine(cells)
    pending.push(line)
    pendingLength += line.length
    if (pendingLength < writeBytes) return
    await writeFully(file, Buffer.from(pending.join('')), basename(input.path))
    pending = []
    pendingLength = 0
  }
  for await (const batch of readSourceRecords(dataset, input.sourceFolder, input.signal)) {
    if (batch.header !== null)
      await push(headerCells(batch.header, [...addedColumns, ...codeColumns]).map(shown))
    for (let index = 0; index < batch.records.length && next.done !== true; index++) {
      const record = batch.records[index]
      if (record === undefined || next.value.row !== batch.firstRow + index) continue
      const { score, rank, flagged, topColumns, code = [], row } = next.value
      const added = [numberText(score), String(rank), String(flagged), shown(topColumns.join('; '))]
      await push([...record.map(shown), ...added, ...Array.from(code, numberText)])
      written++
      next = await wanted.next()
      if (next.done !== true && next.value.row <= row) {
        throw new Error(`rows to export must ascend: ${next.value.row} after ${row}`)
      }
    }
    input.onProgress(batch.share)
  }
  if (next.done !== true) {
    throw new Failure('not-found', `${dataset.name} has no row ${next.value.row}.`, { row: next.value.row })
  }
  await writeFully(file, Buffer.from(pending.join('')), basename(input.path))
  return written
}

function iterate<T>(values: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in values ? values[Symbol.asyncIterator]() : values[Symbol.iterator]()
}

/** The original header and the added names, numbered where the table has such a column already. */
function headerCells(header: readonly string[], names: readonly string[]): string[] {
  const taken = new Set(header)
  const added = names.map((name) => {
    let unique = name
    for (let count = 2; taken.has(unique); count++) unique = `${name}_${count}`
    return unique
  })
  return [...header, ...added]
}
