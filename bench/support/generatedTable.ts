import type { Column, ColumnType, Dataset } from '../../src/contract/records.ts'
import { openDatabase } from '../../src/pipeline/dataset/database.ts'
import { storedColumn, tableOf } from '../../src/pipeline/dataset/layout.ts'
import { ensureSchema, saveRecord } from '../../src/pipeline/dataset/store.ts'
import { openProjectFolder } from '../../src/workbench/store/folder.ts'

/** Thirty columns: 23 numbers (two of them with missing cells), 5 categories of up to 12 values, 2 date-times. */
const kinds: readonly ColumnType[] = [
  ...new Array<ColumnType>(23).fill('number'),
  ...new Array<ColumnType>(5).fill('category'),
  ...new Array<ColumnType>(2).fill('date-time'),
]
const sparse = 2

/**
 * A project with one mixed table, made by the database itself: the same cells for the same seed, however many threads
 * it has. Numbers share three hidden causes, so that there is something to learn.
 */
export async function generateTable(folder: string, rows: number, seed = 1): Promise<Dataset> {
  const places = await openProjectFolder(folder)
  const database = await openDatabase({ file: places.database, temporaryFolder: places.temporary })
  try {
    await ensureSchema(database)
    const datasetId = `generated-${rows}`
    await database.change(async (connection) => {
      const cells = kinds.map((kind, place) => `${cellOf(kind, place, seed)} AS ${storedColumn(place)}`)
      await connection.run(
        `CREATE TABLE ${tableOf(datasetId)} AS SELECT ${cells.join(', ')} FROM range(${rows}) AS numbers(row) ORDER BY row`,
      )
      const missing = await connection.runAndReadAll(
        `SELECT ${kinds.map((_, place) => `count(*) - count(${storedColumn(place)})`).join(', ')} FROM ${tableOf(datasetId)}`,
      )
      await saveRecord(connection, record(datasetId, rows, missing.getRowsJS()[0]?.map(Number) ?? []))
    })
    await database.checkpoint()
    return record(datasetId, rows, [])
  } finally {
    await database.close()
  }
}

/** Uniform in 0..1, one stream for each purpose. */
const uniform = (purpose: string) => `(hash(row, '${purpose}') / 18446744073709551616.0)`

/** Normal by Box and Muller (1958). */
const normal = (purpose: string) =>
  `(sqrt(-2 * ln(1 - ${uniform(`${purpose} radius`)} * 0.9999999)) * cos(2 * pi() * ${uniform(`${purpose} angle`)}))`

function cellOf(kind: ColumnType, place: number, seed: number): string {
  const cause = `${seed} cause ${place % 3}`
  const own = `${seed} column ${place}`
  switch (kind) {
    case 'number': {
      const number = `round(${place + 1} * (${normal(cause)} + 0.3 * ${normal(own)}), 4)::DOUBLE`
      return place < sparse
        ? `CASE WHEN ${uniform(`${own} missing`)} < 0.02 THEN NULL ELSE ${number} END`
        : number
    }
    case 'category':
      return `('value ' || floor(${place % 3 === 0 ? 12 : 5} * pow(${uniform(own)}, 2))::INTEGER::VARCHAR)`
    default:
      return `(TIMESTAMP '2024-01-01 00:00:00' + to_seconds(floor(6e7 * ${uniform(own)})))::TIMESTAMP`
  }
}

function record(datasetId: string, rows: number, missing: readonly number[]): Dataset {
  return {
    datasetId,
    name: datasetId,
    importedAt: '2026-01-01T00:00:00.000Z',
    bytes: 0,
    sha256: '',
    dialect: {
      encoding: 'utf-8',
      delimiter: ',',
      quote: '"',
      hasHeader: true,
      decimalMark: '.',
      skipLines: 0,
      missingMarks: [''],
    },
    rows,
    quarantined: 0,
    issues: 0,
    columns: kinds.map(
      (type, place): Column => ({
        name: `column ${place + 1}`,
        type,
        role: 'feature',
        missing: missing[place] ?? 0,
        distinct: rows,
        minimum: null,
        maximum: null,
        mean: null,
        distribution: { kind: 'values', values: [] },
      }),
    ),
  }
}
