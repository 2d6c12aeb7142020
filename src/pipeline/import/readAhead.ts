import { type FileHandle, open, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { tableOf } from '../dataset/layout.ts'
import { type CheckedSource, type OpenedSource, readText, sampledRecords } from './checkSource.ts'
import { needsCleanCopy } from './cleanCopy.ts'
import { type ColumnLoad, lineBytes, type QueryInput, tableQuery } from './createTable.ts'
import { parseRecords } from './dialect.ts'
import type { ImportInput } from './importInput.ts'
import { firstLoads } from './loadTable.ts'
import { paddedColumns, planColumns } from './planColumns.ts'
import type { RecordShape } from './records.ts'
import { scanRecords } from './scanRecords.ts'

/** Places of a file that records are taken from for a first plan. */
const places = 64
const pieceBytes = 16 * 1024
/** DuckDB's reader takes a name with these for the names of several files. */
const glob = /[*?[\]{}]/

/**
 * DuckDB's first reading of a file, begun while the file is still being copied and checked, from what a few places of
 * it suggest. It is taken only when the checks would have asked for the very same reading of the very same bytes.
 */
export class ReadAhead {
  readonly #connection: DuckDBConnection
  readonly #query: QueryInput
  readonly #statement: string
  readonly #version: string
  readonly #done: Promise<boolean>
  #ended = false
  #taken = false
  readonly #signal: AbortSignal
  readonly #interrupt: () => void

  constructor(
    connection: DuckDBConnection,
    query: QueryInput,
    loads: readonly ColumnLoad[],
    version: string,
    signal: AbortSignal,
  ) {
    this.#signal = signal
    this.#interrupt = () => connection.interrupt()
    signal.addEventListener('abort', this.#interrupt)
    this.#connection = connection
    this.#query = query
    this.#statement = tableQuery(query, loads)
    this.#version = version
    const run = async () => {
      await connection.run('BEGIN TRANSACTION')
      await connection.run(this.#statement)
    }
    // Why it failed is found out again, and told, by the reading that then takes its place.
    this.#done = run()
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        this.#ended = true
      })
  }

  /** The connection with the table, its transaction open, or null when the table must be read otherwise. */
  async take(
    checked: CheckedSource,
    query: QueryInput,
    loads: readonly ColumnLoad[],
  ): Promise<DuckDBConnection | null> {
    const { kept, head } = checked
    const wanted = tableQuery({ ...query, file: this.#query.file, longestRecord: 0 }, loads)
    const isSame =
      !checked.needsCleanCopy &&
      checked.longestRecord < lineBytes &&
      kept.firstInvalidByte === null &&
      kept.bytes === head.fileBytes &&
      wanted === this.#statement
    if (!isSame || !(await this.#done) || (await versionOf(this.#query.file)) !== this.#version) {
      await this.#stop()
      return null
    }
    this.#taken = true
    return this.#connection
  }

  /** Ends it whatever became of it. */
  async close(): Promise<void> {
    if (!this.#taken) await this.#stop()
    this.#signal.removeEventListener('abort', this.#interrupt)
    this.#connection.disconnectSync()
  }

  async #stop(): Promise<void> {
    // An interrupt between two statements is lost, so it is repeated until the reading has ended.
    while (!this.#ended) {
      this.#connection.interrupt()
      await Promise.race([this.#done, new Promise((resolve) => setTimeout(resolve, 20))])
    }
    await this.#connection.run('ROLLBACK').catch(() => undefined)
  }
}

/** Begins to read a file ahead where it looks as if DuckDB could read it as it is; null otherwise. */
export async function readAhead(input: ImportInput, opened: OpenedSource): Promise<ReadAhead | null> {
  const { head, reading } = opened
  const { dialect, names } = reading
  if (head.gzip || head.markBytes > 0 || dialect.encoding !== 'utf-8' || dialect.skipLines > 0) return null
  const shape: RecordShape = { ...dialect, width: names.length, fileName: input.fileName }
  const totals = await scanHead(head.bytes, head.whole, shape)
  if (totals === null || needsCleanCopy(totals, shape)) return null
  const path = resolve(input.path)
  const version = await versionOf(path)
  if (version === null || glob.test(path)) return null
  // The checks say what is wrong with a file that cannot be read.
  const spread = await sampleFile(path, head.fileBytes, shape).catch(() => [])
  const sample = [...reading.rows, ...spread]
  const choices = new Map(Object.entries(input.columns ?? {}))
  const plans = await planColumns({ names, sample, dialect, totals }, choices, input.fileName)
  const query: QueryInput = {
    table: tableOf(input.datasetId),
    file: path,
    dialect,
    newline: totals.carriageReturnLineFeeds > 0 ? '\r\n' : '\n',
    longestRecord: 0,
  }
  const loads = firstLoads(plans, paddedColumns(sample), dialect)
  return new ReadAhead(await input.database.connect(), query, loads, version, input.signal)
}

/** What a scan of the head alone counts, or null where it finds no end of a line or hopeless quotes. */
async function scanHead(bytes: Buffer, whole: boolean, shape: RecordShape) {
  const lines = whole ? bytes : bytes.subarray(0, bytes.lastIndexOf(10) + 1)
  if (lines.length === 0) return null
  return await scanRecords(async (position) => lines.subarray(position), shape).catch(() => null)
}

/** Records from evenly spread places of a file; lines inside of cells may be taken for records. */
async function sampleFile(path: string, bytes: number, shape: RecordShape): Promise<string[][]> {
  const wanted = Math.ceil(sampledRecords(shape.width) / places)
  const found: string[][] = []
  const file: FileHandle = await open(path)
  try {
    for (let place = 0; place < places; place++) {
      const start = Math.floor((bytes * place) / places)
      const text = await readText(file, { start, end: Math.min(bytes, start + pieceBytes) }, pieceBytes)
      const lines = text
        .slice(text.indexOf('\n') + 1, Math.max(0, text.lastIndexOf('\n')))
        .replaceAll('\r\n', '\n')
      const records = parseRecords(lines, shape).filter((record) => record.length === shape.width)
      found.push(...records.slice(0, wanted))
    }
    return found
  } finally {
    await file.close()
  }
}

/** Changes whenever somebody writes to the file or puts another in its place; null where it is gone. */
async function versionOf(path: string): Promise<string | null> {
  const facts = await stat(path, { bigint: true }).catch(() => null)
  return facts && [facts.dev, facts.ino, facts.size, facts.mtimeNs].join(' ')
}
