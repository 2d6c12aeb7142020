import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCells, readRowPage } from '../../../src/pipeline/dataset/pages.ts'
import { listDatasets } from '../../../src/pipeline/dataset/store.ts'
import { previewFile } from '../../../src/pipeline/import/preview.ts'
import { TestProject } from '../project.ts'

let project: TestProject
beforeAll(async () => {
  project = await TestProject.open()
})
afterAll(async () => await project.close())

const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => `${index * 1.5},text ${index % 4}\n`).join('')

describe('a file that is no table', () => {
  const cases: [name: string, content: string | Uint8Array, sentence: RegExp][] = [
    ['empty.csv', '', /empty\.csv is empty\. Choose/],
    ['blank.csv', '\n\n  \n', /blank\.csv has no rows/],
    [
      'header-only.csv',
      'a,b,c\n',
      /header-only\.csv has a header in line 1 but no rows.*switch the header off/,
    ],
    [
      'binary.csv',
      Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256),
      /binary\.csv is not text/,
    ],
    ['book.csv', 'PK\x03\x04 and so on', /book\.csv is a zip file, perhaps an Excel workbook/],
    ['one-line.csv', `a,b\n${'x'.repeat(9_000_000)}`, /one-line\.csv, line 2: the line is longer than 8 MB/],
    [
      'short.csv.gz',
      gzipSync(`a,b\n${rows(50_000)}`).subarray(0, 60_000),
      /cut short\. Copy or download it again/,
    ],
    ['damaged.csv.gz', damagedGzip(), /damaged compressed data/],
  ]
  it.each(cases)('%s is refused with a sentence, and nothing is left', async (name, content, sentence) => {
    const attempt = project.import(project.write(name, content))
    await expect(attempt).rejects.toMatchObject({
      code: 'unreadable-file',
      message: expect.stringMatching(sentence),
    })
    expect(await listDatasets(project.database)).toEqual([])
    expect(readdirSync(project.sources)).toEqual([])
  })

  it('a folder and a vanished file are refused by preview and import alike', async () => {
    const folder = join(project.folder, 'folder.csv')
    mkdirSync(folder)
    const isFolder = {
      code: 'unreadable-file',
      message: 'folder.csv is a folder. Choose a CSV file inside it.',
    }
    const isGone = {
      code: 'unreadable-file',
      message: 'gone.csv is no longer there. Was it moved or deleted?',
    }
    const gone = join(project.folder, 'gone.csv')
    await expect(project.import(folder)).rejects.toMatchObject(isFolder)
    await expect(previewFile({ path: folder, fileName: 'folder.csv' })).rejects.toMatchObject(isFolder)
    await expect(project.import(gone)).rejects.toMatchObject(isGone)
    await expect(previewFile({ path: gone, fileName: 'gone.csv' })).rejects.toMatchObject(isGone)
  })

  it('a delimiter that cannot be one is refused', async () => {
    const attempt = project.importText('a,b\n1,2\n', { dialect: { delimiter: '' } })
    await expect(attempt).rejects.toMatchObject({ code: 'bad-request' })
  })
})

function damagedGzip(): Uint8Array {
  const bytes = gzipSync(`a,b\n${rows(50_000)}`)
  bytes.fill(0x55, 30_000, 30_200)
  return bytes
}

describe('a table with faults', () => {
  it('sets ragged lines aside with line and text, and keeps the others in order', async () => {
    const dataset = await project.importText('a,b,c\n1,2,3\n4,5\n6,7,8\n9,10,11,12\n13,14,15\n')
    expect(dataset).toMatchObject({ rows: 3, quarantined: 2, issues: 2 })
    expect(
      (await project.issues(dataset)).map(({ line, kind, raw, action }) => ({ line, kind, raw, action })),
    ).toEqual([
      { line: 3, kind: 'ragged', raw: '4,5', action: 'quarantined' },
      { line: 5, kind: 'ragged', raw: '9,10,11,12', action: 'quarantined' },
    ])
    expect((await readRowPage(project.database, dataset, { from: 0, to: 9 })).cells).toEqual([
      [1, 2, 3],
      [6, 7, 8],
      [13, 14, 15],
    ])
  })

  it('refuses a table when most lines do not fit, naming the first', async () => {
    const text = `a,b\n1,2\n3,4\n5,6\n7,8\n${'1,2,3\n1\n'.repeat(3)}`
    await expect(project.importText(text, { dialect: { delimiter: ',' } })).rejects.toMatchObject({
      code: 'unreadable-file',
      message: expect.stringMatching(/6 lines do not have 2 cells and only 4 have.*Line 6/),
    })
  })

  it('gives up only the line of a quote that never closes', async () => {
    const text = `a,b\n${rows(30)}7,"open\n${rows(30)}8,"q" x\n${rows(30)}`
    const dataset = await project.importText(text)
    expect(dataset).toMatchObject({ rows: 90, quarantined: 2 })
    const issues = await project.issues(dataset)
    expect(issues.map(({ line, kind, raw }) => ({ line, kind, raw }))).toEqual([
      { line: 32, kind: 'quote', raw: '7,"open' },
      { line: 63, kind: 'quote', raw: '8,"q" x' },
    ])
    expect(issues[0]?.message).toMatch(/Line 32: a quoted cell is not closed properly.*Double the quotes/)
  })

  it('keeps cells with spaces around their quotes, but not where a delimiter is inside', async () => {
    const text = `a,b\n${'p,q\n'.repeat(5)} "x" ,"y" \n "x,y"\n "z,z",w\n${'p,q\n'.repeat(5)}`
    const dataset = await project.importText(text)
    expect(dataset).toMatchObject({ rows: 11, quarantined: 2 })
    expect((await readCells(project.database, dataset, [5])).cells).toEqual([['x', 'y']])
    expect((await project.issues(dataset)).map(({ line, kind }) => ({ line, kind }))).toEqual([
      { line: 8, kind: 'quote' },
      { line: 9, kind: 'quote' },
    ])
  })

  it.each([
    ['id,"name"x,val', 1],
    ['id, "na,me",val', 1],
    ['"id,name,val', 1],
    ['id,"name"x,val', 3],
  ])('refuses a header with broken quotes and takes no row in its place: %s', async (header, line) => {
    const body = Array.from({ length: 30 }, (_, row) => `${row + 1},n${row},${row * 2}\n`).join('')
    const text = `${'# a comment\n'.repeat(line - 1)}${header}\n${body}`
    await expect(project.importText(text, { dialect: { skipLines: line - 1 } })).rejects.toMatchObject({
      code: 'unreadable-file',
      message: expect.stringContaining(`line ${line}, the header, has broken quotes`),
      details: { line },
    })
  })

  it.each([' "" "x",1', ' "x"-y,1', '\0"x,1', ' \0"x" y,1'])(
    'sets a line aside that DuckDB would stumble over: %j',
    async (line) => {
      const dataset = await project.importText(`a,b\n${'p,q\n'.repeat(5)}${line}\n${'p,q\n'.repeat(5)}`)
      expect(dataset).toMatchObject({ rows: 10, quarantined: 1 })
      expect((await project.issues(dataset))[0]).toMatchObject({ line: 7, kind: 'quote' })
    },
  )

  it.each(['infinity', '-infinity', 'epoch'])('blanks %s among date-times, naming the line', async (word) => {
    const days = (from: number) =>
      Array.from({ length: 50 }, (_, row) => `2024-01-${10 + ((row + from) % 19)} 10:00:00,${row}\n`).join('')
    const dataset = await project.importText(`when,x\n${days(0)}${word},1\n1970-01-01,2\n${days(3)}`)
    expect(dataset.columns[0]).toMatchObject({ type: 'date-time', missing: 1, minimum: 0 })
    expect(await project.issues(dataset)).toMatchObject([{ line: 52, column: 'when', action: 'blanked' }])
    const page = await readRowPage(project.database, dataset, { from: 49, to: 53 })
    expect(page.cells.map(([when]) => when)).toEqual([
      '2024-01-21T10:00:00Z',
      null,
      '1970-01-01T00:00:00Z',
      '2024-01-13T10:00:00Z',
    ])
  })

  it('lists no more blanked cells than it can, and says how many are left', async () => {
    const body = Array.from({ length: 130_000 }, (_, row) => `x${row},${row}\n`).join('')
    const dataset = await project.importText(`a,b\n1,2\n${body}`, { columns: { a: { type: 'number' } } })
    expect(dataset.columns[0]?.missing).toBe(130_000)
    expect(dataset.issues).toBe(100_001)
    const [first, second] = await project.issues(dataset)
    expect(first?.message).toMatch(/^Column "a": 30000 more cells do not fit its type/)
    expect(second).toMatchObject({ line: 3, column: 'a', raw: 'x0,0', action: 'blanked' })
  })

  it('lists the cells of rows that begin before a block of the scan', async () => {
    const body = `${'1,some text\n'.repeat(87_380)}oops,${'y'.repeat(100)}\n${'2,some text\n'.repeat(50)}`
    const dataset = await project.importText(`a,b\n${body}`)
    expect(await project.issues(dataset)).toMatchObject([
      { line: 87_382, column: 'a', raw: `oops,${'y'.repeat(100)}` },
    ])
  })

  it.each(['/', '-', '?'])(
    'reads a table cut at %s, which is in a missing mark as well',
    async (delimiter) => {
      const body = Array.from({ length: 30 }, (_, row) => [row, row * 2, row % 3].join(delimiter))
      const text = [['a', 'b', 'c'].join(delimiter), ...body, `"N/A"${delimiter}1${delimiter}2`].join('\n')
      const dataset = await project.importText(text, { dialect: { delimiter } })
      expect(dataset).toMatchObject({ rows: 31, issues: 0 })
      expect(dataset.columns.map(({ type, missing }) => [type, missing])).toEqual([
        ['number', 1],
        ['number', 0],
        ['number', 0],
      ])
    },
  )

  it.each(['00123', '"00123"'])('keeps codes whose first leading zero comes late: %s', async (code) => {
    const line = (row: number) => `${row === 77_777 ? code : 10_000 + (row % 5000)},${row % 7}\n`
    const body = Array.from({ length: 100_000 }, (_, row) => line(row)).join('')
    const dataset = await project.importText(`code,x\n${body}`)
    const { cells } = await readCells(project.database, dataset, [77_777, 0])
    expect(cells).toEqual([
      ['00123', 77_777 % 7],
      ['10000', 0],
    ])
    expect(await project.issues(dataset)).toMatchObject([{ line: 77_779, column: 'code', action: 'kept' }])
  })

  it('keeps measurements numbers and says that leading zeros are lost', async () => {
    const body = Array.from({ length: 100_000 }, (_, row) => `${row === 77_777 ? '007' : row / 8},1\n`).join(
      '',
    )
    const dataset = await project.importText(`m,x\n${body}`)
    expect(dataset.columns[0]).toMatchObject({ type: 'number', missing: 0 })
    expect(await project.issues(dataset)).toMatchObject([{ line: 77_779, column: 'm', action: 'kept' }])
  })

  it('refuses a choice for a column that is not there, and a constant that varies', async () => {
    const unknown = project.importText('a,b\n1,2\n3,4\n', { columns: { nosuch: { role: 'label' } } })
    await expect(unknown).rejects.toMatchObject({
      code: 'not-found',
      message: 'table.csv has no column "nosuch".',
    })
    const constant = project.importText('a,b\n1,2\n3,4\n', { columns: { a: { type: 'constant' } } })
    await expect(constant).rejects.toMatchObject({
      code: 'bad-request',
      message: 'Column "a" has 2 values, so it is not constant.',
    })
  })

  it('passes over a line of spaces among rows', async () => {
    const dataset = await project.importText('a,b\n1,2\n  \n3,4\n5,6\n')
    expect(dataset).toMatchObject({ rows: 3, quarantined: 0 })
  })

  it('finds a good row behind a quote that swallows a properly quoted line', async () => {
    const dataset = await project.importText('a,b\n1,"x\n2,"y, z"\n3,"multi\nline"\n4,w\n5,w\n')
    expect(dataset).toMatchObject({ rows: 4, quarantined: 1 })
    expect((await readCells(project.database, dataset, [1, 0], ['b'])).cells).toEqual([
      ['multi\nline'],
      ['y, z'],
    ])
  })

  it('blanks a few texts in a number column, naming line and column', async () => {
    const dataset = await project.importText(`n,t\n${rows(100)}oops,x\n"multi\nline",y\n${rows(100)}inf,z\n`)
    expect(dataset).toMatchObject({ rows: 203, quarantined: 0, issues: 3 })
    expect(dataset.columns[0]).toMatchObject({ type: 'number', missing: 3 })
    const issues = await project.issues(dataset)
    expect(issues.map(({ line, column, action }) => ({ line, column, action }))).toEqual([
      { line: 102, column: 'n', action: 'blanked' },
      { line: 103, column: 'n', action: 'blanked' },
      { line: 205, column: 'n', action: 'blanked' },
    ])
    expect(issues[0]?.message).toBe(
      'Line 102, column "n": "oops" is not a finite number; the cell was left blank. Add it to the missing marks, or import the column as text.',
    )
  })

  it('reads a number column as text when many of its cells are texts', async () => {
    const late = Array.from({ length: 400 }, (_, index) => `code ${index % 9},x\n`).join('')
    const dataset = await project.importText(`n,t\n${rows(3000)}${late}`)
    expect(dataset).toMatchObject({ rows: 3400, quarantined: 0, issues: 1 })
    expect(dataset.columns[0]).toMatchObject({ missing: 0, minimum: null })
    expect((await readCells(project.database, dataset, [1, 3001], ['n'])).cells).toEqual([
      ['1.5'],
      ['code 1'],
    ])
  })

  it('notes a column without values, and a single row', async () => {
    const dataset = await project.importText('a,b\n1,\n')
    expect(dataset).toMatchObject({ rows: 1, issues: 2 })
    expect(dataset.columns[1]).toMatchObject({ type: 'constant', role: 'ignored', missing: 1, distinct: 0 })
    const messages = (await project.issues(dataset)).map(({ message }) => message)
    expect(messages).toContain('Column "b" has no values at all and is ignored.')
    expect(messages.join()).toMatch(/a single row/)
  })

  it('reads 5,000 columns', async () => {
    const width = 5000
    const line = (row: number) => Array.from({ length: width }, (_, index) => (index + row) % 17).join(',')
    const header = Array.from({ length: width }, (_, index) => `c${index}`).join(',')
    const text = [header, ...Array.from({ length: 40 }, (_, row) => line(row))].join('\n')
    const dataset = await project.importText(text)
    expect(dataset).toMatchObject({ rows: 40, quarantined: 0 })
    expect(dataset.columns[4999]).toMatchObject({ name: 'c4999', type: 'number', distinct: 17, maximum: 16 })
  })
})
