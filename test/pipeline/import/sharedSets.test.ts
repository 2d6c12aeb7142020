import { createReadStream, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../../../src/pipeline/dataset/database.ts'
import { importFile } from '../../../src/pipeline/import/importFile.ts'
import { previewFile } from '../../../src/pipeline/import/preview.ts'

const shared = join(import.meta.dirname, '../../../../shared/data')
const sets = ['tabular', 'mixed']
  .map((folder) => join(shared, folder))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => ({ name, path: join(folder, name) })))

/** Lines and header of a file, counted without any of our code. */
async function countLines(path: string): Promise<{ lines: number; header: string }> {
  const bytes = createReadStream(path)
  const text = path.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes
  let lines = 0
  let header = ''
  for await (const line of createInterface({ input: text })) {
    if (lines === 0) header = line
    lines++
  }
  return { lines, header }
}

describe.skipIf(sets.length === 0)('the shared data sets', () => {
  let folder: string
  let database: Database

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'residual-sets-'))
    database = await openDatabase({ file: join(folder, 'p.db'), temporaryFolder: join(folder, 'tmp') })
  })
  afterAll(async () => {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('are the 25 that the bars speak of', () => expect(sets).toHaveLength(25))

  it.each(sets)('$name imports whole, with its header, and its label proposed', async ({ name, path }) => {
    const { lines, header } = await countLines(path)
    const preview = await previewFile({ path, fileName: name })
    const dataset = await importFile({
      database,
      sourceFolder: join(folder, 'sources'),
      path,
      fileName: name,
      datasetId: name.replace(/\W/g, '_'),
      name,
      onProgress: () => undefined,
      signal: new AbortController().signal,
    })
    const names = header.split(',')
    const labels = dataset.columns.filter(({ role }) => role === 'label').map((column) => column.name)
    expect(dataset.dialect).toMatchObject({
      encoding: 'utf-8',
      delimiter: ',',
      hasHeader: true,
      skipLines: 0,
    })
    expect(preview.dialect).toEqual(dataset.dialect)
    expect({ rows: dataset.rows, quarantined: dataset.quarantined }).toEqual({
      rows: lines - 1,
      quarantined: 0,
    })
    expect(dataset.columns.map((column) => column.name)).toEqual(names)
    expect(labels).toEqual(names.includes('label') ? ['label'] : [])
    expect(dataset.columns.some(({ type }) => type === 'identifier')).toBe(false)
  })
})
