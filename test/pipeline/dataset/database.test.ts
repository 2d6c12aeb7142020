import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src/pipeline/dataset/database.ts'

const duckdb = createRequire(import.meta.url).resolve('@duckdb/node-api')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'residual-database-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const options = () => ({ file: join(folder, 'p.duckdb'), temporaryFolder: join(folder, 'temporary') })

/** Runs a script against the database in another process; it prints `ready` and then stays. */
async function otherProcess(body: string) {
  const script = `const { DuckDBInstance } = require(${JSON.stringify(duckdb)});
    (async () => { const instance = await DuckDBInstance.create(${JSON.stringify(options().file)});
      const connection = await instance.connect(); ${body}
      console.log('ready'); setInterval(() => {}, 1000) })()`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return {
    pid: child.pid,
    kill: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

describe('openDatabase', () => {
  it('keeps what was committed and forgets what failed', async () => {
    const database = await openDatabase(options())
    await database.run('CREATE TABLE t (n INTEGER)')
    await database.transaction((connection) => connection.run('INSERT INTO t VALUES (1)'))
    const failing = database.transaction(async (connection) => {
      await connection.run('INSERT INTO t VALUES (2)')
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    await database.close()
    const again = await openDatabase(options())
    expect(await again.run('SELECT n FROM t')).toEqual([[1]])
    await again.close()
  })

  it('never downloads an extension', async () => {
    const database = await openDatabase(options())
    const settings = await database.run(
      "SELECT value FROM duckdb_settings() WHERE name IN ('autoinstall_known_extensions', 'autoload_known_extensions')",
    )
    expect(settings).toEqual([['false'], ['false']])
    await database.close()
  })

  it('refuses a second opening in this process, and opens again after closing', async () => {
    const database = await openDatabase(options())
    await expect(openDatabase(options())).rejects.toMatchObject({ code: 'busy' })
    await database.close()
    await expect(database.connect()).rejects.toMatchObject({ code: 'core-stopped' })
    await (await openDatabase(options())).close()
  })

  it('names the process that holds the file', async () => {
    const other = await otherProcess('')
    await expect(openDatabase(options())).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringContaining(`process ${other.pid}`),
    })
    await other.kill()
    await (await openDatabase(options())).close()
  })

  it('keeps commits, and nothing of an open transaction, when its process is killed', async () => {
    const other = await otherProcess(`
      await connection.run("CREATE TABLE t AS SELECT range AS n FROM range(1000)");
      await connection.run("BEGIN"); await connection.run("CREATE TABLE half AS SELECT * FROM t");
      await connection.run("INSERT INTO t VALUES (-1)");`)
    await other.kill()
    const database = await openDatabase(options())
    expect(await database.run('SELECT count(*)::INTEGER, min(n)::INTEGER FROM t')).toEqual([[1000, 0]])
    expect(await database.run("SELECT * FROM duckdb_tables() WHERE table_name = 'half'")).toEqual([])
    await database.close()
  })

  it.each([
    ['zeros at its end', (log: string) => writeFileSync(log, Buffer.alloc(4096), { flag: 'a' })],
    [
      'a flipped byte in one of its last entries',
      (log: string) => {
        const size = statSync(log).size
        const byte = readFileSync(log)[size - 150] ?? 0
        writeSync(openSync(log, 'r+'), Buffer.from([byte ^ 0xff]), 0, 1, size - 150)
      },
    ],
  ])('opens with a log that has %s, keeping a copy of it', async (_name, damage) => {
    const other = await otherProcess(`await connection.run("CREATE TABLE t (n INTEGER)");
      for (let n = 0; n < 50; n++) await connection.run("INSERT INTO t VALUES (" + n + ")");`)
    await other.kill()
    damage(`${options().file}.wal`)
    const database = await openDatabase(options())
    const [[rows] = []] = await database.run('SELECT count(*)::INTEGER FROM t')
    expect(rows).toBeGreaterThanOrEqual(46)
    await database.close()
    expect(readdirSync(folder).filter((name) => name.includes('.wal.damaged-'))).toHaveLength(1)
  })

  it('says so when the file is no database', async () => {
    writeFileSync(options().file, 'not a database at all, but long enough to look at'.repeat(100))
    await expect(openDatabase(options())).rejects.toMatchObject({ code: 'disk' })
  })
})
