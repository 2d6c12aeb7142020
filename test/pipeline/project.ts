import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ColumnChoice, Dataset, Dialect, ImportIssue } from '../../src/contract/records.ts'
import { type Database, openDatabase } from '../../src/pipeline/dataset/database.ts'
import { readIssues } from '../../src/pipeline/dataset/store.ts'
import { importFile } from '../../src/pipeline/import/importFile.ts'

/** A project in a temporary folder, with files to import. */
export class TestProject {
  readonly folder: string
  readonly sources: string
  readonly database: Database
  #imports = 0

  private constructor(folder: string, database: Database) {
    this.folder = folder
    this.sources = join(folder, 'sources')
    this.database = database
  }

  static async open(): Promise<TestProject> {
    const folder = mkdtempSync(join(tmpdir(), 'residual-test-'))
    const database = await openDatabase({
      file: join(folder, 'project.duckdb'),
      temporaryFolder: join(folder, 'temporary'),
      memoryLimit: '512MB',
    })
    return new TestProject(folder, database)
  }

  async close(): Promise<void> {
    await this.database.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name)
    writeFileSync(path, content)
    return path
  }

  async import(
    path: string,
    options: {
      readonly dialect?: Partial<Dialect>
      readonly columns?: Readonly<Record<string, ColumnChoice>>
      readonly sourceFolder?: string
      readonly signal?: AbortSignal
      readonly onProgress?: (phase: string, share: number | null) => void
    } = {},
  ): Promise<Dataset> {
    return await importFile({
      database: this.database,
      sourceFolder: this.sources,
      path,
      fileName: path.slice(path.lastIndexOf('/') + 1),
      datasetId: `set-${++this.#imports}`,
      name: 'a set',
      onProgress: () => undefined,
      signal: new AbortController().signal,
      ...options,
    })
  }

  /** Writes and imports a file in one go. */
  async importText(
    content: string | Uint8Array,
    options: Parameters<TestProject['import']>[1] = {},
  ): Promise<Dataset> {
    return await this.import(this.write('table.csv', content), options)
  }

  async issues(dataset: Dataset): Promise<ImportIssue[]> {
    return (await readIssues(this.database, dataset.datasetId, { from: 0, to: 1000 })).issues
  }
}
