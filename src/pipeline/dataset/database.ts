import { copyFile, stat, truncate } from 'node:fs/promises'
import { availableParallelism, freemem } from 'node:os'
import { basename, dirname, resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue, type JS } from '@duckdb/node-api'
import { Failure } from '../../contract/failure.ts'
import { makeFolder } from './makeFolder.ts'
import { oneByOne } from './oneByOne.ts'

export interface DatabaseOptions {
  readonly file: string
  /** DuckDB's own limit, for example '1GB'; the process uses some 150 MB more. */
  readonly memoryLimit?: string
  /** Where sorts and joins larger than the limit spill. */
  readonly temporaryFolder: string
}

const mebibyte = 1024 * 1024

/** Half of what is free now, between 256 MiB and 2 GiB, in bytes. */
export function memoryLimitBytes(): number {
  const free = Math.floor(freemem() / 2 / mebibyte)
  return Math.min(2048, Math.max(256, free)) * mebibyte
}

const defaultMemoryLimit = () => `${memoryLimitBytes() / mebibyte}MiB`

/** Text as an SQL literal. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A project's database, open. One per file and process: a second instance on one file loses rows silently. */
export class Database {
  readonly file: string
  readonly #instance: DuckDBInstance
  #open = true
  readonly #inTurn = oneByOne()

  constructor(file: string, instance: DuckDBInstance) {
    this.file = file
    this.#instance = instance
  }

  /** A connection of one's own; disconnect it. An open stream on a connection ends when another query starts. */
  async connect(): Promise<DuckDBConnection> {
    if (!this.#open) throw new Failure('core-stopped', 'The project is closed. Open it again.')
    return await this.#instance.connect()
  }

  /** Runs `action` on a fresh connection and disconnects it whatever happens. */
  async withConnection<T>(action: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.connect()
    try {
      return await action(connection)
    } finally {
      connection.disconnectSync()
    }
  }

  /** Runs one statement and returns its rows as plain values. For small answers only. */
  async run(sql: string, values?: DuckDBValue[]): Promise<JS[][]> {
    return await this.withConnection((connection) => readRowsOf(connection, sql, values))
  }

  /** Runs `action` in one transaction: all of it is kept, or nothing. */
  async transaction<T>(action: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return await this.withConnection(async (connection) => {
      await connection.run('BEGIN TRANSACTION')
      return await endTransaction(connection, action)
    })
  }

  /**
   * A transaction that changes what is stored already. Such changes wait for one another: DuckDB would refuse the
   * second of two on one row, and what the first wrote must be read by the second. Read inside it what it changes.
   */
  async change<T>(action: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return await this.#inTurn(() => this.transaction(action))
  }

  /**
   * Moves what is in the write-ahead log into the main file, unless other transactions run. Never throws: until
   * it succeeds the log keeps what was committed, and the next checkpoint tries again.
   */
  async checkpoint(): Promise<void> {
    await this.run('CHECKPOINT').catch(() => undefined)
  }

  async close(): Promise<void> {
    if (!this.#open) return
    await this.checkpoint()
    this.#open = false
    openFiles.delete(this.file)
    this.#instance.closeSync()
  }
}

/** Runs `action` in a transaction that was begun and ends it: all of it is kept, or nothing. */
export async function endTransaction<T>(
  connection: DuckDBConnection,
  action: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  try {
    const result = await action(connection)
    await connection.run('COMMIT')
    return result
  } catch (error) {
    // A statement that failed to commit has already rolled back; only the first error matters.
    await connection.run('ROLLBACK').catch(() => undefined)
    throw error
  }
}

const openFiles = new Set<string>()

/** Runs one statement and returns its rows as plain values (BigInt for 64-bit integers). */
export async function readRowsOf(
  connection: DuckDBConnection,
  sql: string,
  values?: DuckDBValue[],
): Promise<JS[][]> {
  const reader = await connection.runAndReadAll(sql, values)
  return reader.getRowsJS()
}

/**
 * Opens, or creates, the database of a project. A damaged end of the write-ahead log is copied aside and
 * cut off, so that everything committed before it opens.
 * Throws a Failure: `busy` when another process holds the file, `disk` when it cannot be opened.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const file = resolve(options.file)
  if (openFiles.has(file)) {
    throw new Failure('busy', `The project ${basename(dirname(file))} is already open in this process.`)
  }
  openFiles.add(file)
  try {
    await makeFolder(dirname(file))
    await makeFolder(options.temporaryFolder)
    const instance = await openWithRecovery(file, options)
    return new Database(file, instance)
  } catch (error) {
    openFiles.delete(file)
    throw error
  }
}

function createInstance(file: string, options: DatabaseOptions): Promise<DuckDBInstance> {
  return DuckDBInstance.create(file, {
    threads: String(availableParallelism()),
    memory_limit: options.memoryLimit ?? defaultMemoryLimit(),
    temp_directory: options.temporaryFolder,
    // No network, ever: a missing extension is an error, not a download.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
}

async function openWithRecovery(file: string, options: DatabaseOptions): Promise<DuckDBInstance> {
  const log = `${file}.wal`
  let error = await opened(file, options)
  if (error instanceof DuckDBInstance) return error
  const position = damagedPosition(error)
  if (position !== null) {
    const { mtimeMs } = await stat(log)
    await copyFile(log, `${log}.damaged-${Math.floor(mtimeMs)}`)
    // The position named is behind the entry's header. A header alone reads as a torn end, which DuckDB skips,
    // unless it is zeros: then it has to go as well.
    for (const length of [position, position - logEntryHeaderBytes]) {
      await truncate(log, Math.max(0, length))
      error = await opened(file, options)
      if (error instanceof DuckDBInstance) return error
    }
  }
  const message = error.message
  throw /(set|conflicting) lock/i.test(message) ? lockedFailure(file, message) : unopenable(file, message)
}

/** Size and checksum, eight bytes each. */
const logEntryHeaderBytes = 16

async function opened(file: string, options: DatabaseOptions): Promise<DuckDBInstance | Error> {
  try {
    return await createInstance(file, options)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Where DuckDB found the write-ahead log damaged; null for any other error. */
function damagedPosition(error: Error): number | null {
  const position = /Corrupt WAL[\s\S]*?byte position (\d+)/i.exec(error.message)?.[1]
  return position === undefined ? null : Number(position)
}

function lockedFailure(file: string, message: string): Failure {
  const holder = /\(PID (\d+)\)/.exec(message)?.[1]
  const by = holder === undefined ? 'another program' : `process ${holder}`
  return new Failure(
    'busy',
    `The project ${basename(dirname(file))} is open in ${by}. Close it there, or choose another folder.`,
    { file, process: holder === undefined ? null : Number(holder) },
  )
}

function unopenable(file: string, message: string): Failure {
  return new Failure(
    'disk',
    `The project's database ${basename(file)} cannot be opened: ${message.split('\n')[0]}. Restore it from a copy, or start a new project.`,
    { file },
  )
}
