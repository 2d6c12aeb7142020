import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sourcePath } from '../../../src/pipeline/dataset/layout.ts'
import { readRowPage } from '../../../src/pipeline/dataset/pages.ts'
import { checkSource, openSource } from '../../../src/pipeline/import/checkSource.ts'
import { firstLoads } from '../../../src/pipeline/import/loadTable.ts'
import { paddedColumns, planColumns } from '../../../src/pipeline/import/planColumns.ts'
import { readAhead } from '../../../src/pipeline/import/readAhead.ts'
import { TestProject } from '../project.ts'

let project: TestProject
beforeAll(async () => {
  project = await TestProject.open()
})
afterAll(async () => await project.close())

const rows = 50_000
const cleanTable = (word: string): string =>
  `number,text\n${Array.from({ length: rows }, (_, row) => `${row % 10},${word}`).join('\n')}\n`

/** Whether the reading that was begun ahead is the one the checks then ask for. */
async function isTaken(text: string, datasetId: string): Promise<boolean> {
  const path = project.write(`${datasetId}.csv`, text)
  const { database, sources } = project
  const signal = new AbortController().signal
  const input = { database, sourceFolder: sources, path, fileName: 'a.csv', datasetId, name: 'a', signal }
  const whole = { ...input, onProgress: () => undefined }
  const opened = await openSource(whole)
  const ahead = await readAhead(whole, opened)
  if (ahead === null) return false
  try {
    const checked = await checkSource(whole, opened, `${path}.part`)
    const plans = await planColumns(checked, new Map(), 'a.csv')
    const first = firstLoads(plans, paddedColumns(checked.sample), checked.dialect)
    const { dialect, longestRecord } = checked
    const query = {
      table: `"data_${datasetId}"`,
      file: `${path}.part`,
      dialect,
      newline: '\n',
      longestRecord,
    } as const
    return (await ahead.take(checked, query, first)) !== null
  } finally {
    await ahead.close()
  }
}

describe('readAhead', () => {
  it('is taken for a clean table', async () => {
    expect(await isTaken(cleanTable('word'), 'clean')).toBe(true)
  })

  it('is not taken where only the checks see that the table must be read otherwise', async () => {
    expect(await isTaken(`${cleanTable('word')}007,word\n`, 'code')).toBe(false)
    expect(await isTaken(`${cleanTable('word')}1,word,2\n`, 'ragged')).toBe(false)
    expect(await isTaken(`${cleanTable('word')}\n1,word\n`, 'blank')).toBe(false)
    expect(await isTaken(`${cleanTable('word')}1,"word\n`, 'quote')).toBe(false)
  })

  it('never mixes two contents of a file that is written to meanwhile', async () => {
    const path = project.write('changing.csv', cleanTable('before'))
    let changed = false
    const dataset = await project.import(path, {
      onProgress: (_phase, share) => {
        if (share === null || share === 0 || changed) return
        changed = true
        writeFileSync(path, cleanTable('behind'))
      },
    })
    const kept = readFileSync(sourcePath(project.sources, dataset.datasetId), 'utf8')
    const lines = kept.trimEnd().split('\n').slice(1)
    const page = await readRowPage(project.database, dataset, { from: 0, to: rows })
    expect(changed).toBe(true)
    expect(page.cells.map((cells) => cells.join(','))).toEqual(lines)
  })

  it('reads the one file whose name looks like a pattern', async () => {
    project.write('part1.csv', 'a,b\n1,2\n3,4\n')
    const dataset = await project.import(project.write('part[1]*.csv', 'a,b\n5,6\n'))
    expect((await readRowPage(project.database, dataset, { from: 0, to: 9 })).cells).toEqual([[5, 6]])
  })
})
