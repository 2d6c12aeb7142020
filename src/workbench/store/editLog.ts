import type { DuckDBConnection } from '@duckdb/node-api'
import { z } from 'zod'
import { columnTypes } from '../../contract/choices.ts'
import { type Database, readRowsOf } from '../../pipeline/dataset/database.ts'
import { thresholdFields } from '../../pipeline/threshold/fields.ts'

// Edits in the order they were made, in a table of the project. Those that were taken back wait at the end of the
// list to be done again, until a new edit takes their place.

/** Edits that can be taken back at most; older ones are forgotten. */
const mostEdits = 200

const columnStates = z.array(
  z.object({
    name: z.string(),
    type: z.enum(columnTypes).exactOptional(),
    role: z.enum(['feature', 'label', 'identifier', 'ignored']).exactOptional(),
  }),
)
const threshold = z.object(thresholdFields)
const edit = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('columns'),
    what: z.string(),
    datasetId: z.string(),
    before: columnStates,
    after: columnStates,
  }),
  z.object({
    kind: z.literal('threshold'),
    what: z.string(),
    runId: z.string(),
    before: threshold,
    after: threshold,
  }),
])

/** One change, with what was there before and after it; of a column only what changed. */
export type Edit = Readonly<z.infer<typeof edit>>

export interface LoggedEdit {
  readonly sequence: bigint
  readonly edit: Edit
}

const schema = `CREATE TABLE IF NOT EXISTS edit (
  sequence BIGINT NOT NULL, edited_at VARCHAR NOT NULL, subject VARCHAR NOT NULL, record VARCHAR NOT NULL,
  undone BOOLEAN NOT NULL)`

/** Makes the table where it is missing. */
export async function ensureEditLog(database: Database): Promise<void> {
  await database.run(schema)
}

const subjectOf = (one: Edit): string => (one.kind === 'columns' ? one.datasetId : one.runId)

/** Adds an edit in the caller's transaction, in place of what waits to be done again. */
export async function appendEdit(connection: DuckDBConnection, one: Edit, at: Date): Promise<void> {
  await connection.run('DELETE FROM edit WHERE undone')
  const [row] = await readRowsOf(connection, 'SELECT coalesce(max(sequence), 0) FROM edit')
  const sequence = BigInt(Number(row?.[0] ?? 0)) + 1n
  await connection.run('INSERT INTO edit VALUES (?, ?, ?, ?, false)', [
    sequence,
    at.toISOString(),
    subjectOf(one),
    JSON.stringify(one),
  ])
  await connection.run('DELETE FROM edit WHERE sequence <= ?', [sequence - BigInt(mostEdits)])
}

/** The edit that `undo` would take back, or `redo` do again; null where there is none. */
export async function nextEdit(
  connection: DuckDBConnection,
  direction: 'undo' | 'redo',
): Promise<LoggedEdit | null> {
  const [row] = await readRowsOf(
    connection,
    direction === 'undo'
      ? 'SELECT sequence, record FROM edit WHERE NOT undone ORDER BY sequence DESC LIMIT 1'
      : 'SELECT sequence, record FROM edit WHERE undone ORDER BY sequence LIMIT 1',
  )
  if (row === undefined) return null
  return { sequence: BigInt(Number(row[0])), edit: edit.parse(JSON.parse(String(row[1]))) }
}

/** Says whether an edit is taken back now, in the caller's transaction. */
export async function markEdit(
  connection: DuckDBConnection,
  sequence: bigint,
  undone: boolean,
): Promise<void> {
  await connection.run('UPDATE edit SET undone = ? WHERE sequence = ?', [undone, sequence])
}

/** Forgets the edits of data sets and runs that are gone, in the caller's transaction. */
export async function forgetEdits(connection: DuckDBConnection, subjects: readonly string[]): Promise<void> {
  for (const subject of subjects) await connection.run('DELETE FROM edit WHERE subject = ?', [subject])
}
