import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Papa from 'papaparse'
import type { ColumnRole } from '../../src/contract/records.ts'
import type { Table } from '../../src/pipeline/dataset/table.ts'
import { type ArrayColumn, arrayTable } from '../../test/support/arrayTable.ts'

const dataFolder = resolve('../shared/data')

/** The development tables, by name. */
export function developmentTables(): string[] {
  return readdirSync(join(dataFolder, 'tabular')).map((file) => file.replace(/\.csv(\.gz)?$/, ''))
}

export interface BenchTable {
  readonly table: Table
  /** Cells of the label column, in row order. */
  readonly labels: readonly string[]
}

/** Reads a table of the data folder into memory; `label` is its label column, `ignored` are left out. */
export function openBenchTable(name: string, ignored: readonly string[] = []): BenchTable {
  const [header = [], ...rows] = parse(name)
  const columns = header.map((column, index): ArrayColumn => {
    const texts = rows.map((row) => row[index] || null)
    const role: ColumnRole = column === 'label' ? 'label' : ignored.includes(column) ? 'ignored' : 'feature'
    const numeric = texts.every((text) => text === null || Number.isFinite(Number(text)))
    const cells = numeric ? texts.map((text) => (text === null ? null : Number(text))) : texts
    return { name: column, role, type: numeric ? 'number' : 'category', cells }
  })
  const place = header.indexOf('label')
  return { table: arrayTable(columns, 2048), labels: rows.map((row) => row[place] ?? '') }
}

function parse(name: string): string[][] {
  for (const folder of ['tabular', 'mixed']) {
    const file = readdirSync(join(dataFolder, folder)).find((one) => one.startsWith(`${name}.csv`))
    if (file === undefined) continue
    const bytes = readFileSync(join(dataFolder, folder, file))
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
    return Papa.parse<string[]>(text, { skipEmptyLines: true }).data
  }
  throw new Error(`No table ${name} in ${dataFolder}`)
}
