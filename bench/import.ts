// How long the whole import of a mixed table of 30 columns takes, beside DuckDB's own typed reading of the same file
// into a database file and pandas.read_csv. Each measurement runs in a process of its own, start-up not counted.
// Usage: npm run bench:import [-- --rows 1000000 --rounds 5 --memory 512MB --python python3]   (Linux only)
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { openDatabase } from '../src/pipeline/dataset/database.ts'
import { importFile } from '../src/pipeline/import/importFile.ts'
import { answer, inChild, mebibytes, resident } from './support/children.ts'
import { mixedColumns, writeMixedTable } from './support/mixedTable.ts'
import { median } from './support/timing.ts'

interface Reading {
  readonly rows: number
  readonly seconds: number
  /** Seconds of all cores together. */
  readonly cpu: number
  /** Highest resident memory, bytes. */
  readonly peak: number
  /** Seconds until each phase began. */
  readonly phases?: readonly (readonly [string, number])[] | undefined
}

interface Contender {
  readonly name: string
  read(folder: string): Promise<Reading>
}

const bound = 1.25
const self = fileURLToPath(import.meta.url)
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
    memory: { type: 'string', default: '512MB' },
    python: { type: 'string', default: 'python3' },
  },
})
const [task = 'measure', file = '', folder = '', memory = ''] = positionals

if (task === 'residual') answer(await importWhole())
else if (task === 'duckdb') answer(await readWithDuckDB())
else if (task === 'measure') await measure(Number(values.rows), Number(values.rounds))

async function measure(rows: number, rounds: number): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'residual-import-'))
  try {
    const path = join(work, 'mixed.csv')
    await writeMixedTable(path, rows)
    const megabytes = (await stat(path)).size / 1e6
    const inProcess = (name: string): Contender => ({
      name,
      read: (place) => inChild<Reading>(self, [name, path, place, values.memory]),
    })
    const contenders = [inProcess('duckdb'), inProcess('residual')]
    const pandas = await readWithPandas(path)
    if (typeof pandas === 'string') console.log(`pandas is left out: ${pandas}`)
    else contenders.push({ name: 'pandas', read: () => readWithPandas(path).then(orThrow) })
    console.log(
      `${rows} rows x ${mixedColumns.length} columns, ${megabytes.toFixed(0)} MB, memory limit ${values.memory}; medians of ${rounds} alternating rounds`,
    )
    const readings = new Map(contenders.map(({ name }): [string, Reading[]] => [name, []]))
    for (let round = 0; round < rounds; round++) {
      for (const { name, read } of contenders) {
        const place = join(work, `${name}-${round}`)
        await mkdir(place)
        const reading = await read(place)
        if (reading.rows !== rows) throw new Error(`${name} read ${reading.rows} rows of ${rows}`)
        readings.get(name)?.push(reading)
        await rm(place, { recursive: true })
      }
    }
    report(readings)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

function report(readings: ReadonlyMap<string, readonly Reading[]>): void {
  const medianOf = (name: string, part: 'seconds' | 'cpu' | 'peak') =>
    median((readings.get(name) ?? []).map((reading) => reading[part]))
  for (const name of readings.keys()) {
    const ratios = (['seconds', 'cpu'] as const).map(
      (part) => medianOf(name, part) / medianOf('duckdb', part),
    )
    console.log(
      `  ${name.padEnd(9)} ${medianOf(name, 'seconds').toFixed(2).padStart(7)} s (${ratios[0]?.toFixed(2)}x duckdb)` +
        ` ${medianOf(name, 'cpu').toFixed(2).padStart(7)} s of CPU (${ratios[1]?.toFixed(2)}x)` +
        ` ${mebibytes(medianOf(name, 'peak')).padStart(9)} at most`,
    )
  }
  const phases = readings.get('residual')?.at(-1)?.phases ?? []
  console.log(`  last import: ${phases.map(([phase, at]) => `${phase} from ${at.toFixed(2)} s`).join(', ')}`)
  const ratio = medianOf('residual', 'seconds') / medianOf('duckdb', 'seconds')
  console.log(`${ratio.toFixed(2)} times DuckDB's own time; bound ${bound}.`)
  if (ratio > bound) process.exitCode = 1
}

/** Times `action` in this process. */
async function timed(action: () => Promise<{ rows: number; phases?: Reading['phases'] }>): Promise<Reading> {
  const [started, used] = [performance.now(), process.cpuUsage()]
  const done = await action()
  const cpu = process.cpuUsage(used)
  return {
    ...done,
    seconds: (performance.now() - started) / 1000,
    cpu: (cpu.user + cpu.system) / 1e6,
    peak: resident().peak,
  }
}

/** The whole import as the workbench runs it: text kept and hashed, records checked, table typed and reconciled. */
async function importWhole(): Promise<Reading> {
  const database = await openDatabase({
    file: join(folder, 'project.duckdb'),
    memoryLimit: memory,
    temporaryFolder: join(folder, 'temporary'),
  })
  const reading = await timed(async () => {
    const phases: [string, number][] = []
    const started = performance.now()
    const { rows } = await importFile({
      database,
      sourceFolder: join(folder, 'sources'),
      path: file,
      fileName: 'mixed.csv',
      datasetId: 'mixed',
      name: 'mixed',
      onProgress: (phase) => {
        if (phases.at(-1)?.[0] !== phase) phases.push([phase, (performance.now() - started) / 1000])
      },
      signal: new AbortController().signal,
    })
    return { rows, phases }
  })
  await database.close()
  return reading
}

async function readWithDuckDB(): Promise<Reading> {
  const instance = await DuckDBInstance.create(join(folder, 'plain.duckdb'), {
    memory_limit: memory,
    temp_directory: join(folder, 'temporary'),
  })
  const connection = await instance.connect()
  const types = mixedColumns.map(({ name, type }) => `'${name}': '${type}'`)
  const reading = await timed(async () => {
    await connection.run(
      `CREATE TABLE mixed AS SELECT * FROM read_csv('${file}', auto_detect=false, delim=',', quote='"', escape='"', header=true, columns={${types.join(', ')}})`,
    )
    await connection.run('CHECKPOINT')
    const counted = await connection.runAndReadAll('SELECT count(*) FROM mixed')
    return { rows: Number(counted.getRowsJS()[0]?.[0]) }
  })
  connection.disconnectSync()
  instance.closeSync()
  return reading
}

/** What pandas took, or why there is none. */
async function readWithPandas(path: string): Promise<Reading | string> {
  const dates = mixedColumns.filter(({ type }) => type === 'TIMESTAMP').map(({ name }) => name)
  try {
    const { stdout } = await promisify(execFile)(values.python, [
      join('bench', 'peers', 'read_csv.py'),
      path,
      dates.join(','),
    ])
    const reading: Reading = JSON.parse(stdout)
    return reading
  } catch (error) {
    return error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error)
  }
}

function orThrow(reading: Reading | string): Reading {
  if (typeof reading === 'string') throw new Error(reading)
  return reading
}
