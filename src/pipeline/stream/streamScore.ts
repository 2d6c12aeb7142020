import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../../contract/failure.ts'
import type { Dialect, ImportIssue, StreamedFile as StreamResult } from '../../contract/records.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Database } from '../dataset/database.ts'
import { makeFolder } from '../dataset/makeFolder.ts'
import { selectRows } from '../dataset/selectRows.ts'
import type { TableChunk } from '../dataset/table.ts'
import { topReasons } from '../explain/explain.ts'
import { newNames } from '../export/addedColumns.ts'
import { csvLine, neutralised } from '../export/csvText.ts'
import { encodeChunk } from '../features/encode.ts'
import { keepSource } from '../import/keepSource.ts'
import { readDialect } from '../import/preview.ts'
import { readHead } from '../import/sourceBytes.ts'
import { refuseNothingInCommon } from '../scoring/align.ts'
import { openScorer, type Scorer } from '../scoring/scorer.ts'
import type { TrainedModel } from '../training/trainedModel.ts'
import { recordCutter, recordShower } from './cells.ts'
import { type Found, Output } from './output.ts'
import { createCellParser } from './parseCells.ts'
import { placeOf, readProgress, streamKey } from './resume.ts'
import { streamRecords } from './streamRecords.ts'

export interface StreamScoring {
  readonly engine: Engine
  /** Reads the cells that are not plainly written, as the import does. */
  readonly database: Database
  readonly model: TrainedModel
  /** Scores of at least this are flagged. */
  readonly cut: number
  readonly path: string
  readonly fileName: string
  readonly dialect?: Partial<Dialect> | undefined
  /** The file to write: CSV. */
  readonly target: string
  /** For the text of a file that is packed or not UTF-8. */
  readonly temporaryFolder: string
  readonly onProgress: (phase: string, share: number) => void
  readonly signal: AbortSignal
}

/** Cells in one batch; the batches of a table in the project are as large, so that scores agree to the last bit. */
const batchCells = 2_000_000
/** Lines set aside that are named. */
const mostNamed = 100

/**
 * Scores a file of any size in bounded memory: record by record into a file, in order, each with its score, whether it
 * is flagged, and for flagged rows the columns with the largest shares. Stopped half-way, or killed, the same call goes
 * on where it stood. The file appears when it is whole.
 * @throws Failure as an import and a scoring do; AbortError, after which it can go on
 */
export async function streamScore(input: StreamScoring): Promise<StreamResult> {
  const { model, cut, target, fileName, signal } = input
  const { encoder } = model
  const head = await readHead(input.path, fileName)
  const reading = readDialect(head, fileName, input.dialect)
  const { dialect, columns } = reading
  refuseNothingInCommon(encoder, reading.names)
  const facts = await stat(input.path)
  const weights = model.state.weights
  const key = streamKey([
    ...[facts.size, facts.mtimeMs, head.bytes, JSON.stringify(dialect), JSON.stringify(encoder), cut],
    new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength),
  ])
  const before = await readProgress(target, key)
  const cutRecord = recordCutter(dialect)
  const show = recordShower(dialect, cutRecord)
  const parser = createCellParser({
    ...{ database: input.database, encoder, dialect, columns, cut: cutRecord },
    sample: reading.rows,
  })
  await makeFolder(dirname(target))
  const text = await plainText(input, { ...head, dialect })
  const scorer = await openScorer({ engine: input.engine, model })
  const output = await Output.open(target, key, before)
  const named: ImportIssue[] = []
  let present = before !== null && before.row > 0
  let writing: Promise<void> = Promise.resolve()
  try {
    const width = columns.length
    await streamRecords(
      {
        ...{ file: text.file, bytes: text.bytes, tableByte: text.markBytes, signal },
        shape: { ...dialect, width, fileName },
        from: before === null ? null : placeOf(before),
        rowsPerBatch: rowsPerBatch(encoder.columns.length),
      },
      (header) => output.header(headerLine(cutRecord(header), reading.names)),
      async (batch) => {
        if (batch.firstRow === 0 && !dialect.hasHeader) output.header(headerLine([], reading.names))
        const chunk = await parser.parse(batch.firstRow, batch.records)
        present ||= holdsCells(chunk)
        named.push(...batch.setAside.slice(0, mostNamed - named.length))
        // The engine computes on other threads, meanwhile the next batch is read.
        await writing
        signal.throwIfAborted()
        input.onProgress('Scoring rows', batch.share)
        writing = scoreBatch(scorer, model, { chunk, cut }).then((found) => output.write(batch, found, show))
        writing.catch(() => undefined)
      },
    )
    await writing
    if (output.rows === 0) throw new Failure('unreadable-file', `${fileName} has no rows to score.`)
    if (!present) {
      throw new Failure(
        'no-usable-columns',
        'Every cell that this model reads is missing in the data, so there is nothing to score. Check the columns’ types and the marks for missing cells.',
      )
    }
    const { rows, flagged, setAside } = output
    const file = await output.finish()
    return { file, rows, flagged, setAside, named, resumedAt: before?.row ?? null }
  } catch (error) {
    await writing.catch(() => undefined)
    // What a cancel leaves can go on; what failed would fail again.
    if (signal.aborted) await output.keep()
    throw signal.aborted ? signal.reason : error
  } finally {
    await output.close()
    await scorer.close()
    await text.close()
  }
}

/** As many rows as the project's own tables give at a time, so that the engine's batches are the same. */
function rowsPerBatch(columns: number): number {
  const wanted = Math.min(65_536, Math.max(2_048, Math.floor(batchCells / columns)))
  return Math.ceil(wanted / 2_048) * 2_048
}

/** The file's text as UTF-8: the file itself, or a copy in the temporary folder. */
async function plainText(
  input: StreamScoring,
  head: { gzip: boolean; fileBytes: number; markBytes: number; dialect: Dialect },
): Promise<{ file: FileHandle; bytes: number; markBytes: number; close(): Promise<void> }> {
  const { encoding } = head.dialect
  if (!head.gzip && encoding === 'utf-8') {
    const file = await open(input.path)
    return { file, bytes: head.fileBytes, markBytes: head.markBytes, close: () => file.close() }
  }
  const target = join(input.temporaryFolder, `stream-${process.pid}.txt`)
  await makeFolder(input.temporaryFolder)
  const forget = () => rm(target, { force: true })
  try {
    const { gzip, fileBytes } = head
    const { path, fileName, signal } = input
    const kept = await keepSource({
      ...{ path, fileName, gzip, encoding, fileBytes, target, signal, replaceInvalid: false },
      onProgress: (share) => input.onProgress('Unpacking the file', share),
    })
    const file = await open(target)
    const close = async () => {
      await file.close()
      await forget()
    }
    return { file, bytes: kept.bytes, markBytes: 0, close }
  } catch (error) {
    await forget()
    throw error
  }
}

function headerLine(header: readonly string[], names: readonly string[]): string {
  const written = names.map((name, index) => header[index] ?? name)
  return csvLine(
    [...written, ...newNames(written, ['anomaly_score', 'flagged', 'top_columns'])].map(neutralised),
  )
}

/** Rows that are explained at a time. */
const judgedAtOnce = 2_048

async function scoreBatch(
  scorer: Scorer,
  { encoder }: TrainedModel,
  { chunk, cut }: { readonly chunk: TableChunk; readonly cut: number },
): Promise<Found> {
  const matrix = encodeChunk(encoder, chunk)
  const { scores } = await scorer.scoreMatrix(matrix, { newFrom: chunk.firstRow })
  const flagged: number[] = []
  for (let index = 0; index < scores.length; index++) if ((scores[index] ?? 0) >= cut) flagged.push(index)
  const reasons = new Map<number, string>()
  const width = encoder.columns.length
  for (let from = 0; from < flagged.length; from += judgedAtOnce) {
    const some = flagged.slice(from, from + judgedAtOnce)
    const { shares } = await scorer.judge(encodeChunk(encoder, selectRows(chunk, some)))
    for (const [index, place] of some.entries()) {
      const own = shares.subarray(index * width, (index + 1) * width)
      const names = topReasons({ encoder, shares: own }).map(({ column }) => column)
      reasons.set(place, csvLine(['', neutralised(names.join('; '))]).slice(1, -1))
    }
  }
  return { scores, reasons }
}

const holdsCells = ({ vectors }: TableChunk): boolean =>
  vectors.some(({ values }) => values.some((value) => value !== null && !Number.isNaN(value)))
