import { DuckDBInstance } from '@duckdb/node-api'

/** A column of the mixed table: its name, DuckDB's type for it and the SQL of a cell. */
interface MixedColumn {
  readonly name: string
  readonly type: 'DOUBLE' | 'BIGINT' | 'VARCHAR' | 'TIMESTAMP' | 'BOOLEAN'
  readonly cell: string
}

/** Uniform in 0..1, one stream for each purpose. */
const uniform = (purpose: string) => `(hash(row, '${purpose}') / 18446744073709551616.0)`

/** Normal by Box and Muller (1958). */
const normal = (purpose: string) =>
  `(sqrt(-2 * ln(1 - ${uniform(`${purpose} radius`)} * 0.9999999)) * cos(2 * pi() * ${uniform(`${purpose} angle`)}))`

const sometimesMissing = (cell: string, purpose: string) =>
  `CASE WHEN ${uniform(`${purpose} missing`)} < 0.03 THEN NULL ELSE ${cell} END`

/** Numbers share three hidden causes, so that there is something to learn. */
function measurement(place: number): string {
  const cell = `round(${place + 1} * (${normal(`cause ${place % 3}`)} + 0.3 * ${normal(`own ${place}`)}), 4)`
  return place % 5 === 0 ? sometimesMissing(cell, `measurement ${place}`) : cell
}

const words = `['late', 'damaged, returned', 'on time', 'left "at the door"', 'customer absent', 'fine']`

/** Thirty columns as in a table of orders: 14 measurements, 6 counts, 5 categories, 2 date-times, a code, a flag, a note. */
export const mixedColumns: readonly MixedColumn[] = [
  { name: 'order_id', type: 'VARCHAR', cell: `'A-' || (10000000 + row)` },
  { name: 'ordered_at', type: 'TIMESTAMP', cell: `(TIMESTAMP '2024-01-01' + to_seconds(row * 13))` },
  {
    name: 'delivered_at',
    type: 'TIMESTAMP',
    cell: sometimesMissing(
      `(TIMESTAMP '2024-01-01' + to_seconds(row * 13 + floor(3e5 * ${uniform('delay')})::BIGINT))`,
      'delivered',
    ),
  },
  ...Array.from({ length: 14 }, (_, place): MixedColumn => {
    return { name: `measurement_${place + 1}`, type: 'DOUBLE', cell: measurement(place) }
  }),
  ...Array.from({ length: 6 }, (_, place): MixedColumn => {
    const cell = `floor(${10 ** (place + 1)} * pow(${uniform(`count ${place}`)}, 2))::BIGINT`
    return { name: `count_${place + 1}`, type: 'BIGINT', cell }
  }),
  ...Array.from({ length: 5 }, (_, place): MixedColumn => {
    const cell = `'value ' || floor(${4 ** (place + 1)} * pow(${uniform(`category ${place}`)}, 2))::INTEGER`
    return { name: `category_${place + 1}`, type: 'VARCHAR', cell }
  }),
  { name: 'express', type: 'BOOLEAN', cell: `${uniform('express')} < 0.2` },
  {
    name: 'note',
    type: 'VARCHAR',
    cell: `CASE WHEN ${uniform('noted')} < 0.2 THEN ${words}[1 + floor(6 * ${uniform('note')})::INTEGER] END`,
  },
]

/** Writes the mixed table as a CSV file: about 250 bytes a row, the same bytes for the same number of rows. */
export async function writeMixedTable(path: string, rows: number): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const cells = mixedColumns.map(({ name, cell }) => `${cell} AS ${name}`)
    await connection.run(
      `COPY (SELECT ${cells.join(', ')} FROM range(${rows}) AS numbers(row)) TO '${path}' (HEADER, PER_THREAD_OUTPUT false)`,
    )
  } finally {
    connection.disconnectSync()
    instance.closeSync()
  }
}
