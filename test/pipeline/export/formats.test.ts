import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { strFromU8, unzipSync } from 'fflate'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Dataset, ExportFormat } from '../../../src/contract/records.ts'
import { quoteText } from '../../../src/pipeline/dataset/database.ts'
import { type ExportRow, exportRows, rowsAsText } from '../../../src/pipeline/export/exportRows.ts'
import { columnLetters, refuseBeyondSheet } from '../../../src/pipeline/export/writers/workbook.ts'
import { TestProject } from '../project.ts'

let project: TestProject
beforeAll(async () => {
  project = await TestProject.open()
})
afterAll(async () => await project.close())

const row = (number: number, change: Partial<ExportRow> = {}): ExportRow => ({
  row: number,
  score: 0.5,
  rank: number + 1,
  flagged: true,
  topColumns: ['a', 'b'],
  ...change,
})

const inputOf = (dataset: Dataset, rows: Iterable<ExportRow>) => ({
  database: project.database,
  dataset,
  sourceFolder: project.sources,
  rows,
  neutraliseFormulas: true,
  onProgress: () => undefined,
  signal: new AbortController().signal,
})

async function exported(
  dataset: Dataset,
  rows: Iterable<ExportRow>,
  format: ExportFormat,
  change: { columns?: readonly string[]; codeColumns?: readonly string[] } = {},
) {
  const path = join(project.folder, `out.${format}`)
  const file = await exportRows({ ...inputOf(dataset, rows), path, format, ...change })
  return { file, path, text: readFileSync(path, 'utf8') }
}

const mixed =
  'amount,code,when,words,=sum\n' +
  '1.50,007,2024-02-29T10:30:00,"say ""hi"", <b>",=1+2\n' +
  ',008,,"two\nlines",-\n' +
  '-3e2,009,1899-12-31T00:00:00,_x0041_,plain\n'

describe('the columns chosen', () => {
  it('are written in the order asked for, with the header’s own texts, and then what was found', async () => {
    const dataset = await project.importText('a,b,c\n1.50,x,007\n2,y,008\n')
    const { text } = await exported(dataset, [row(1)], 'csv', { columns: ['c', 'a'] })
    expect(text).toBe('c,a,anomaly_score,anomaly_rank,flagged,top_columns\n008,2,0.5,2,true,a; b\n')
  })

  it('must be there', async () => {
    const dataset = await project.importText('a,b\n1,2\n3,4\n')
    await expect(exported(dataset, [], 'csv', { columns: ['z'] })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('no column "z"'),
    })
  })
})

describe('TSV and the clipboard', () => {
  it('have the cells exactly as in the file, but for formulas', async () => {
    const dataset = await project.importText('a,b\n1.50,"x, ""y"""\n=cmd(),"tab\tin, it"\n', {
      dialect: { hasHeader: true, delimiter: ',' },
    })
    const { text } = await exported(dataset, [row(0), row(1)], 'tsv')
    expect(text).toBe(
      'a\tb\tanomaly_score\tanomaly_rank\tflagged\ttop_columns\n' +
        '1.50\t"x, ""y"""\t0.5\t1\ttrue\ta; b\n' +
        '\'=cmd()\t"tab\tin, it"\t0.5\t2\ttrue\ta; b\n',
    )
    expect(await rowsAsText(inputOf(dataset, [row(0), row(1)]))).toBe(text)
  })

  it('give back any cell', async () => {
    const unit = fc.constantFrom('a', 'é', ',', '"', '\n', '\t', '7', ' ')
    const cells = fc.array(fc.array(fc.string({ unit, maxLength: 5 }), { minLength: 2, maxLength: 2 }), {
      minLength: 3,
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(cells, async (rows) => {
        const source = Papa.unparse([['p', 'q'], ...rows], { quotes: true, newline: '\n' })
        const dataset = await project.importText(source, { dialect: { delimiter: ',', hasHeader: true } })
        const text = await rowsAsText({
          ...inputOf(
            dataset,
            rows.map((_, number) => row(number)),
          ),
          neutraliseFormulas: false,
        })
        const back = Papa.parse<string[]>(text.slice(0, -1), { delimiter: '\t', newline: '\n' }).data
        expect(back.map((record) => record.slice(0, 2))).toEqual([['p', 'q'], ...rows])
      }),
      { numRuns: 15 },
    )
  })
})

describe('JSON Lines', () => {
  it('has numbers as numbers, moments as ISO texts, codes as texts and missing cells as null', async () => {
    const dataset = await project.importText(mixed)
    const { text, file } = await exported(
      dataset,
      [row(0, { code: [0.1] }), row(1, { code: [2] })],
      'jsonl',
      {
        codeColumns: ['code_1'],
      },
    )
    expect(file.rows).toBe(2)
    const added = { anomaly_score: 0.5, flagged: true, top_columns: 'a; b' }
    expect(
      text
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([
      {
        amount: 1.5,
        code: '007',
        when: '2024-02-29T10:30:00Z',
        words: 'say "hi", <b>',
        '=sum': '=1+2',
        ...added,
        anomaly_rank: 1,
        code_1: 0.1,
      },
      {
        amount: null,
        code: '008',
        when: null,
        words: 'two\nlines',
        '=sum': null,
        ...added,
        anomaly_rank: 2,
        code_1: 2,
      },
    ])
  })

  it('keeps the order of columns whatever their names', async () => {
    const dataset = await project.importText('b,1,__proto__\n1,2,3\n4,5,7\n')
    const { text } = await exported(dataset, [row(0)], 'jsonl')
    expect(text).toMatch(/^\{"b":1,"1":2,"__proto___":3,"anomaly_score":0.5,/)
  })
})

describe('Parquet', () => {
  it('has the table’s types and the rows asked for, read back by DuckDB', async () => {
    const dataset = await project.importText(mixed)
    const { path, file } = await exported(dataset, [row(0), row(2, { rank: 20_000_001 })], 'parquet')
    expect(file).toMatchObject({ name: 'out.parquet', rows: 2 })
    const read = `read_parquet(${quoteText(path)})`
    expect(
      (await project.database.run(`DESCRIBE SELECT * FROM ${read}`)).map(([name, type]) => [name, type]),
    ).toEqual([
      ['amount', 'DOUBLE'],
      ['code', 'VARCHAR'],
      ['when', 'TIMESTAMP'],
      ['words', 'VARCHAR'],
      ['=sum', 'VARCHAR'],
      ['anomaly_score', 'FLOAT'],
      ['anomaly_rank', 'INTEGER'],
      ['flagged', 'BOOLEAN'],
      ['top_columns', 'VARCHAR'],
    ])
    expect(await project.database.run(`SELECT amount, code, "=sum", anomaly_rank FROM ${read}`)).toEqual([
      [1.5, '007', '=1+2', 1],
      [-300, '009', 'plain', 20_000_001],
    ])
  })

  it('numbers names that differ in case only', async () => {
    const dataset = await project.importText('a,A,Flagged\n1,2,x\n3,4,y\n')
    const { path } = await exported(dataset, [row(1)], 'parquet')
    const names = await project.database.run(`DESCRIBE SELECT * FROM read_parquet(${quoteText(path)})`)
    expect(names.map(([name]) => name)).toEqual([
      'a',
      'A_2',
      'Flagged',
      'anomaly_score',
      'anomaly_rank',
      'flagged_2',
      'top_columns',
    ])
  })

  it('stops at a cancel, and leaves no file', async () => {
    const dataset = await project.importText(`a,b\n${'1,2\n'.repeat(30_000)}`)
    const controller = new AbortController()
    const path = join(project.folder, 'cancelled.parquet')
    const attempt = exportRows({
      ...inputOf(
        dataset,
        Array.from({ length: 30_000 }, (_, number) => row(number)),
      ),
      path,
      format: 'parquet',
      onProgress: () => controller.abort(),
      signal: controller.signal,
    })
    await expect(attempt).rejects.toMatchObject({ name: 'AbortError' })
    expect(existsSync(path)).toBe(false)
  })
})

describe('XLSX', () => {
  it('has numbers, moments, truth values and texts that no spreadsheet runs', async () => {
    const dataset = await project.importText(mixed)
    const { path } = await exported(dataset, [row(0), row(1), row(2)], 'xlsx')
    const sheet = strFromU8(unzipSync(readFileSync(path))['xl/worksheets/sheet1.xml'] ?? new Uint8Array())
    expect(sheet).toContain(
      '<c r="A2"><v>1.5</v></c><c r="B2" t="inlineStr"><is><t xml:space="preserve">007</t>',
    )
    // 29 February 2024, half past ten, by the calendar of spreadsheets.
    expect(sheet).toContain('<c r="C2" s="1"><v>45351.4375</v></c>')
    expect(sheet).toContain('say "hi", &lt;b&gt;')
    expect(sheet).toContain('<c r="E2" t="inlineStr"><is><t xml:space="preserve">=1+2</t></is></c>')
    expect(sheet).toContain('<c r="H2" t="b"><v>1</v></c>')
    // Row 2 of the table has no amount and no moment; before March 1900 a moment is a text.
    expect(sheet).toContain('<row r="3"><c r="B3"')
    expect(sheet).toContain('>1899-12-31T00:00:00.000Z<')
    expect(sheet).toContain('_x005f_x0041_')
  })

  it('names columns as spreadsheets do', () => {
    expect([0, 25, 26, 701, 702, 16_383].map(columnLetters)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA', 'XFD'])
  })

  it('refuses more than a sheet holds, before any work and at the row that is too many', () => {
    expect(() => refuseBeyondSheet({ rows: 1_048_575, columns: 16_384 })).not.toThrow()
    expect(() => refuseBeyondSheet({ rows: 1_048_576, columns: 1 })).toThrow(/1048576 rows of an Excel sheet/)
    expect(() => refuseBeyondSheet({ rows: 1, columns: 16_385 })).toThrow(/16384 of an Excel sheet/)
  })

  it('names the cell that is too long', async () => {
    const dataset = await project.importText(`a,b\n1,${'x'.repeat(40_000)}\n2,y\n`)
    await expect(exported(dataset, [row(0)], 'xlsx')).rejects.toMatchObject({
      message: expect.stringContaining('Cell B2 has 40000 characters'),
    })
  })

  const reads = spawnSync('python3', ['-c', 'import openpyxl']).status === 0
  it.skipIf(!reads)('is read by openpyxl', async () => {
    const dataset = await project.importText(mixed)
    const { path } = await exported(dataset, [row(0), row(1), row(2)], 'xlsx')
    const script =
      'import openpyxl,json,sys\nprint(json.dumps([[str(c) if hasattr(c,"year") else c for c in r] for r in openpyxl.load_workbook(sys.argv[1]).active.iter_rows(values_only=True)]))'
    const cells: unknown = JSON.parse(execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }))
    expect(cells).toMatchObject([
      ['amount', 'code', 'when', 'words', '=sum', 'anomaly_score', 'anomaly_rank', 'flagged', 'top_columns'],
      [1.5, '007', '2024-02-29 10:30:00', 'say "hi", <b>', '=1+2', 0.5, 1, true, 'a; b'],
      [null, '008', null, 'two\nlines', null, 0.5, 2, true, 'a; b'],
      [-300, '009', '1899-12-31T00:00:00.000Z', '_x0041_', 'plain', 0.5, 3, true, 'a; b'],
    ])
  })
  if (!reads) console.warn('openpyxl is missing: no other reader checks the workbook.')
})
