import type { DuckDBConnection } from '@duckdb/node-api'
import { Failure } from '../../contract/failure.ts'
import { type Database, readRowsOf } from '../../pipeline/dataset/database.ts'

// The form of a project's database has a number, kept in its table `meta`. Projects from before there was one are of
// version 1. What is only added to records (run.json, models) needs no new version: their schemas fill it in.

/** One step from the version before to the next, in the caller's transaction: it happens whole or not at all. */
interface Migration {
  readonly to: number
  run(connection: DuckDBConnection): Promise<unknown>
}

const migrations: readonly Migration[] = [
  // Version 2 keeps the edits of a person, and its own number.
  {
    to: 2,
    run: async (connection) =>
      connection.run('CREATE TABLE IF NOT EXISTS meta (key VARCHAR NOT NULL, value VARCHAR NOT NULL)'),
  },
]

/** The version that this Residual writes. */
export const projectVersion = migrations.reduce((newest, { to }) => Math.max(newest, to), 1)

/**
 * Brings a project's database to the version of this Residual. Call before anything else of the project is read or
 * cleared: a newer project must stay as it is.
 * @param name of the project, for the message
 * @throws Failure `unreadable-file` for a project of a newer Residual
 */
export async function migrateProject(database: Database, name: string): Promise<void> {
  const version = await database.withConnection(versionOf)
  if (version > projectVersion) throw tooNew(name, version)
  for (const migration of migrations) {
    if (migration.to <= version) continue
    await database.transaction(async (connection) => {
      await migration.run(connection)
      await connection.run("DELETE FROM meta WHERE key = 'version'")
      await connection.run("INSERT INTO meta VALUES ('version', ?)", [String(migration.to)])
    })
  }
}

async function versionOf(connection: DuckDBConnection): Promise<number> {
  const tables = await readRowsOf(connection, "SELECT 1 FROM duckdb_tables() WHERE table_name = 'meta'")
  if (tables.length === 0) return 1
  const [row] = await readRowsOf(connection, "SELECT value FROM meta WHERE key = 'version'")
  return Number(row?.[0] ?? 1)
}

const tooNew = (name: string, version: number) =>
  new Failure(
    'unreadable-file',
    `The project ${name} was written by a newer Residual (its form is version ${version}, and this one reads up to version ${projectVersion}). Update Residual to open it, or choose another folder; nothing in it was changed.`,
    { version, readable: projectVersion },
  )
