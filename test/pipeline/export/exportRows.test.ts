import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Dataset } from '../../../src/contract/records.ts'
import { type ExportRow, exportRows } from '../../../src/pipeline/export/exportRows.ts'
import { TestProject } from '../project.ts'

let project: TestProject
beforeAll(async () => {
  project = await TestProject.open()
})
afterAll(async () => await project.close())

function row(number: number, change: Partial<ExportRow> = {}): ExportRow {
  return { row: number, score: 0.5, rank: number + 1, flagged: true, topColumns: ['a', 'b'], ...change }
}

async function exported(dataset: Dataset, rows: Iterable<ExportRow>, neutraliseFormulas = true) {
  const path = join(project.folder, 'out.csv')
  const file = await exportRows({
    database: project.database,
    format: 'csv',
    dataset,
    sourceFolder: project.sources,
    path,
    rows,
    neutraliseFormulas,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  })
  return { file, text: readFileSync(path, 'utf8') }
}

describe('exportRows', () => {
  it('writes the original cells, then score, rank, flag and top columns', async () => {
    const dataset = await project.importText('a,b,c\n1.50,"x, y",007\n2,"line\nbreak",008\n3,"say ""hi""",\n')
    const { file, text } = await exported(dataset, [
      row(0),
      row(2, { score: Math.fround(0.3), flagged: false }),
    ])
    expect(text).toBe(
      'a,b,c,anomaly_score,anomaly_rank,flagged,top_columns\n' +
        '1.50,"x, y",007,0.5,1,true,a; b\n' +
        '3,"say ""hi""",,0.300000012,3,false,a; b\n',
    )
    expect(file).toMatchObject({ name: 'out.csv', rows: 2, bytes: text.length })
  })

  it('keeps every text exactly, from any line ends, and skips lines that were set aside', async () => {
    const dataset = await project.importText('a;b\r\n1,50;"x\ny"\r\nonly one\r\n 2 ;ü\r\n')
    const { text } = await exported(dataset, [row(0), row(1)])
    const cells = Papa.parse<string[]>(text.trim())
      .data.slice(1)
      .map((record) => record.slice(0, 2))
    expect(cells).toEqual([
      ['1,50', 'x\ny'],
      [' 2 ', 'ü'],
    ])
  })

  it('puts an apostrophe before cells that a spreadsheet would run, headers and reasons included', async () => {
    const dataset = await project.importText('=a,b\n=1+1,-5\n@sum,+1.5e3\n-x,-\n')
    const rows = [row(0, { topColumns: ['=a'] }), row(1, { topColumns: [] }), row(2, { topColumns: [] })]
    expect((await exported(dataset, rows)).text).toBe(
      "'=a,b,anomaly_score,anomaly_rank,flagged,top_columns\n'=1+1,-5,0.5,1,true,'=a\n'@sum,+1.5e3,0.5,2,true,\n'-x,-,0.5,3,true,\n",
    )
    expect((await exported(dataset, rows, false)).text).toContain('\n=1+1,-5,')
  })

  it('numbers its columns where the table has them already, and writes a header for no rows', async () => {
    const dataset = await project.importText('flagged,anomaly_score\n1,2\n3,4\n')
    expect((await exported(dataset, [])).text).toBe(
      'flagged,anomaly_score,anomaly_score_2,anomaly_rank,flagged_2,top_columns\n',
    )
  })

  it('adds the codes of the rows where they are asked for', async () => {
    const dataset = await project.importText('a,code_1\n1,2\n3,4\n')
    const path = join(project.folder, 'codes.csv')
    await exportRows({
      database: project.database,
      format: 'csv',
      dataset,
      sourceFolder: project.sources,
      path,
      rows: [row(1, { code: Float32Array.of(0.1, -2) })],
      codeColumns: ['code_1', 'code_2'],
      neutraliseFormulas: true,
      onProgress: () => undefined,
      signal: new AbortController().signal,
    })
    expect(readFileSync(path, 'utf8')).toBe(
      'a,code_1,anomaly_score,anomaly_rank,flagged,top_columns,code_1_2,code_2\n3,4,0.5,2,true,a; b,0.100000001,-2\n',
    )
  })

  it('writes a file whose name is as long as the file system takes', async () => {
    const dataset = await project.importText('a,b\n1,2\n3,4\n')
    const path = join(project.folder, `${'漢'.repeat(83)}.csv`)
    const signal = new AbortController().signal
    const onProgress = () => undefined
    const { sources: sourceFolder } = project
    await exportRows({
      database: project.database,
      format: 'csv',
      dataset,
      sourceFolder,
      path,
      rows: [],
      neutraliseFormulas: false,
      onProgress,
      signal,
    })
    expect(existsSync(path)).toBe(true)
  })

  it('gives back records far longer than a block', async () => {
    const long = 'a cell, "with" a\nline end '.repeat(60_000)
    const text = Papa.unparse(
      [
        ['a', 'b'],
        ['1', long],
        ['2', 'x'],
        [long, '3'],
      ],
      { newline: '\n' },
    )
    const dataset = await project.importText(text, { dialect: { hasHeader: true, delimiter: ',' } })
    const out = await exported(dataset, [row(0), row(1), row(2)], false)
    const cells = Papa.parse<string[]>(out.text.trim(), { delimiter: ',', newline: '\n' }).data
    expect(cells.map((record) => record.slice(0, 2))).toEqual([
      ['a', 'b'],
      ['1', long],
      ['2', 'x'],
      [long, '3'],
    ])
  })

  it('ends the stream that its rows come from, also after a cancel or a failure', async () => {
    const dataset = await project.importText(`a,b\n${'1,2\n'.repeat(60_000)}`)
    for (const fails of [false, true]) {
      const controller = new AbortController()
      let ended = false
      async function* rows() {
        try {
          for (let number = 0; number < 60_000; number++) yield row(number)
        } finally {
          ended = true
        }
      }
      const attempt = exportRows({
        database: project.database,
        format: 'csv',
        dataset,
        sourceFolder: project.sources,
        path: join(project.folder, 'stopped.csv'),
        rows: rows(),
        neutraliseFormulas: true,
        onProgress: () => {
          if (fails) throw new Error('broken')
          controller.abort()
        },
        signal: controller.signal,
      })
      await expect(attempt).rejects.toMatchObject(fails ? { message: 'broken' } : { name: 'AbortError' })
      expect(ended).toBe(true)
    }
  })

  it('leaves neither a file nor a temporary one after a cancel', async () => {
    const dataset = await project.importText(`a,b\n${'1,2\n'.repeat(60_000)}`)
    const controller = new AbortController()
    const path = join(project.folder, 'cancelled.csv')
    const attempt = exportRows({
      database: project.database,
      format: 'csv',
      dataset,
      sourceFolder: project.sources,
      path,
      rows: Array.from({ length: dataset.rows }, (_, number) => row(number)),
      neutraliseFormulas: true,
      onProgress: () => controller.abort(),
      signal: controller.signal,
    })
    await expect(attempt).rejects.toMatchObject({ name: 'AbortError' })
    expect(existsSync(path)).toBe(false)
    expect(readdirSync(project.folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('gives back any table cell for cell', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'é', '😀', ',', '"', '\n', '7', ' ', ';', "'"),
      maxLength: 6,
    })
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 3, maxLength: 20 }),
      )
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const names = rows[0]?.map((_, index) => `n${index}`) ?? []
        const text = Papa.unparse([names, ...rows], { quotes: true, newline: '\n' })
        const dataset = await project.importText(text, { dialect: { delimiter: ',', hasHeader: true } })
        const out = await exported(
          dataset,
          rows.map((_, number) => row(number)),
          false,
        )
        const back = Papa.parse<string[]>(out.text.slice(0, -1), { delimiter: ',', newline: '\n' }).data
        expect(back.map((record) => record.slice(0, names.length))).toEqual([names, ...rows])
      }),
      { numRuns: 25 },
    )
  })
})
