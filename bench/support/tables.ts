import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Cell, ColumnChoice } from '../../src/contract/records.ts'
import { openDatabase } from '../../src/pipeline/dataset/database.ts'
import { openTable } from '../../src/pipeline/dataset/openTable.ts'
import { readColumn } from '../../src/pipeline/dataset/readColumn.ts'
import type { Table } from '../../src/pipeline/dataset/table.ts'
import { importFile } from '../../src/pipeline/import/importFile.ts'

const dataFolder = resolve('../shared/data')

/** Names of the development tables. */
export function developmentTables(): string[] {
  return readdirSync(join(dataFolder, 'tabular')).map((file) => file.replace(/\.csv(\.gz)?$/, ''))
}

export interface BenchTable {
  readonly table: Table
  /** Cells of the label column, in row order. */
  readonly labels: readonly Cell[]
  readonly importSeconds: number
}

export interface BenchProject {
  /**
   * Imports a table of the data folder as the workbench does, without a hand on its dialect or types.
   * @param hasLabels false for tables without a column called "label": `labels` is empty then
   */
  open(name: string, ignored: readonly string[], hasLabels?: boolean): Promise<BenchTable>
  close(): Promise<void>
}

/** A project in a temporary folder. */
export async function openBenchProject(): Promise<BenchProject> {
  const folder = mkdtempSync(join(tmpdir(), 'residual-bench-'))
  const database = await openDatabase({
    file: join(folder, 'project.duckdb'),
    temporaryFolder: join(folder, 'tmp'),
  })
  return {
    async open(name, ignored, hasLabels = true) {
      const started = performance.now()
      const path = findTable(name)
      const choices = ignored.map((column): [string, ColumnChoice] => [column, { role: 'ignored' }])
      const dataset = await importFile({
        database,
        sourceFolder: join(folder, 'sources'),
        path,
        fileName: name,
        datasetId: name,
        name,
        columns: { ...(hasLabels ? { label: { role: 'label' } } : {}), ...Object.fromEntries(choices) },
        onProgress: () => {},
        signal: new AbortController().signal,
      })
      const table = openTable(database, dataset)
      const importSeconds = (performance.now() - started) / 1000
      return { table, labels: hasLabels ? await readColumn(table, 'label') : [], importSeconds }
    },
    async close() {
      await database.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function findTable(name: string): string {
  for (const folder of ['tabular', 'mixed']) {
    const file = readdirSync(join(dataFolder, folder)).find((one) => one.startsWith(`${name}.csv`))
    if (file !== undefined) return join(dataFolder, folder, file)
  }
  throw new Error(`No table ${name} in ${dataFolder}`)
}
