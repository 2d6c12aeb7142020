import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Dataset } from '../../../../src/contract/records.ts'
import { quoteText } from '../../../../src/pipeline/dataset/database.ts'
import { readRowPage } from '../../../../src/pipeline/dataset/pages.ts'
import { importTable, previewTable } from '../../../../src/pipeline/import/formats/openTable.ts'
import { TestProject } from '../../project.ts'

let project: TestProject
let temporaryFolder: string
let imports = 0

beforeAll(async () => {
  project = await TestProject.open()
  temporaryFolder = join(project.folder, 'opened')
  mkdirSync(temporaryFolder)
})
afterAll(() => project.close())

const fileOf = (path: string) => ({ path, fileName: path.slice(path.lastIndexOf('/') + 1) })

function importing(path: string, signal = new AbortController().signal): Promise<Dataset> {
  const { database, sources: sourceFolder } = project
  const onProgress = () => undefined
  const datasetId = `opened-${++imports}`
  const file = fileOf(path)
  return importTable({
    database,
    temporaryFolder,
    sourceFolder,
    ...file,
    datasetId,
    name: 'a set',
    signal,
    onProgress,
  })
}

async function cellsOf(dataset: Dataset) {
  return (await readRowPage(project.database, dataset, { from: 0, to: 1000 })).cells
}

const previewing = (path: string) =>
  previewTable({ database: project.database, temporaryFolder, ...fileOf(path) })

async function parquet(name: string, query: string): Promise<string> {
  const path = join(project.folder, name)
  await project.database.run(`COPY (${query}) TO ${quoteText(path)} (FORMAT parquet)`)
  return path
}

describe('Parquet', () => {
  it('written by pandas comes in cell by cell', async () => {
    const dataset = await importing(join(import.meta.dirname, 'fixtures', 'pandas.parquet'))
    expect(dataset.columns.map(({ name, type }) => [name, type])).toEqual([
      ['reading', 'number'],
      ['machine', 'category'],
      ['at', 'date-time'],
      ['running', 'category'],
      ['note', 'identifier'],
    ])
    expect((await cellsOf(dataset)).slice(0, 3)).toEqual([
      [0.1, 'a', '2024-01-01T00:00:00Z', 'true', 'said "no", twice'],
      [null, 'b', '2024-01-01T00:10:00.500Z', 'false', 'line one\nline two'],
      [-1e-7, 'a', '2024-01-01T00:20:00Z', null, 'ümlaut'],
    ])
    expect(dataset.rows).toBe(20)
  })

  it('is recorded by the hash and size of the file as it was given', async () => {
    const path = await parquet('hash.parquet', 'SELECT range AS a FROM range(50)')
    const bytes = readFileSync(path)
    expect(await importing(path)).toMatchObject({
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      rows: 50,
      quarantined: 0,
    })
  })

  it('keeps every row of a table of one column, the missing ones too', async () => {
    const path = await parquet(
      'one.parquet',
      'SELECT CASE WHEN range % 3 = 0 THEN NULL ELSE range END AS a FROM range(9)',
    )
    expect(await cellsOf(await importing(path))).toEqual([
      [null],
      [1],
      [2],
      [null],
      [4],
      [5],
      [null],
      [7],
      [8],
    ])
  })

  it('brings times to UTC, nested values as JSON and whole numbers beyond 2^53 exactly', async () => {
    const path = await parquet(
      'types.parquet',
      `SELECT timestamptz '2024-06-01 12:00:00+02' + range * INTERVAL 1 MINUTE AS at, [range, 2] AS list,
       9007199254740993 + range AS code FROM range(3)`,
    )
    expect(await cellsOf(await importing(path))).toEqual([
      ['2024-06-01T10:00:00Z', '[0,2]', '9007199254740993'],
      ['2024-06-01T10:01:00Z', '[1,2]', '9007199254740994'],
      ['2024-06-01T10:02:00Z', '[2,2]', '9007199254740995'],
    ])
  })

  it('takes names for what they are: patterns, other endings, folders that look like columns', async () => {
    mkdirSync(join(project.folder, 'year=2024'))
    const path = await parquet('year=2024/t[1]*?.csv', 'SELECT range AS a FROM range(4)')
    await parquet('year=2024/t1x.csv', 'SELECT range AS a FROM range(7)')
    const dataset = await importing(path)
    expect([dataset.rows, dataset.columns.map(({ name }) => name)]).toEqual([4, ['a']])
  })

  it('that is cut short or overwritten is refused in a sentence, and leaves nothing behind', async () => {
    const bytes = readFileSync(await parquet('whole.parquet', 'SELECT range AS a FROM range(1000)'))
    const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
    const broken = [
      bytes.subarray(0, 4),
      bytes.subarray(0, bytes.length / 2),
      bytes.subarray(0, bytes.length - 1),
      Buffer.concat([bytes.subarray(0, footer), Buffer.alloc(bytes.length - 8 - footer), bytes.subarray(-8)]),
    ]
    for (const content of broken) {
      const path = project.write('broken.parquet', content)
      const refusal = {
        code: 'unreadable-file',
        message: expect.stringMatching(/^broken\.parquet is (?!.*Error:)/),
      }
      await expect(importing(path)).rejects.toMatchObject(refusal)
      await expect(previewing(path)).rejects.toMatchObject(refusal)
    }
    expect(readdirSync(temporaryFolder)).toEqual([])
  })

  it('previews its first rows without a dialect to choose', async () => {
    const preview = await previewing(
      await parquet('long.parquet', "SELECT range AS a, 'x' AS b FROM range(5000)"),
    )
    expect(preview).toMatchObject({ format: 'parquet', detected: [], fileName: 'long.parquet' })
    expect(preview.columns.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(preview.rows[0]).toEqual(['0', 'x'])
  })

  it('stops when it is cancelled', async () => {
    const path = await parquet('cancel.parquet', 'SELECT range AS a FROM range(1000)')
    await expect(importing(path, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
    expect(readdirSync(temporaryFolder)).toEqual([])
  })
})

const lines =
  '{"a":1.5,"b":"x"}\n\n{"b":"","late":{"p":[1]}}\n{"a":null,"__proto__":"12345678901234567890"}\n'
const lineCells = [
  [1.5, 'x', null, null],
  [null, null, '{"p":[1]}', null],
  [null, null, null, '12345678901234567890'],
]

describe('JSON', () => {
  it.each([
    ['lines', lines],
    ['lines with a byte order mark', `\ufeff${lines}`],
    ['lines, gzipped', gzipSync(lines)],
    ['lines in UTF-16', Buffer.from(`\ufeff${lines}`, 'utf16le')],
    ['an array', `[${lines.trim().split(/\n+/).join(',\n')}]`],
  ])('of %s gives one column for each key, wherever it first appears', async (_, content) => {
    const dataset = await importing(project.write('table.json', content))
    expect(dataset.columns.map(({ name }) => name)).toEqual(['a', 'b', 'late', '__proto___'])
    expect(await cellsOf(dataset)).toEqual(lineCells)
    expect(dataset.bytes).toBe(Buffer.byteLength(content))
    expect(await previewing(project.write('table.txt', content))).toMatchObject({ format: 'json' })
  })

  it.each([
    ['a line that does not end', '{"a":1}\n{"a":2\n{"a":3}\n', /line [23]/],
    ['an array that is cut short', '[{"a":1},{"a":2', /record\/value 3/],
    ['objects and other values', '{"a":1}\n[1,2]\n', /table of objects/],
    ['a key twice', '{"a":1,"a":2}\n{"a":3}\n', /duplicate key/],
    ['bytes that are no UTF-8', Buffer.from('{"a":"\xff"}\n{"a":"b"}\n', 'latin1'), /UTF-8|cannot be read/],
    ['gzip that is cut short', gzipSync(lines).subarray(0, 60), /cut short/],
  ])('with %s is refused and leaves nothing behind', async (_, content, said) => {
    const path = project.write('bad.jsonl', content)
    await expect(importing(path)).rejects.toMatchObject({ message: expect.stringMatching(said) })
    await expect(importing(path)).rejects.toMatchObject({
      message: expect.stringMatching(/^bad\.jsonl (?!.*Error:)/),
    })
    expect(readdirSync(temporaryFolder)).toEqual([])
  })

  it('gives back the numbers that were written beside any texts, row for row', async () => {
    const row = fc.record({
      number: fc.double({ noNaN: true, noDefaultInfinity: true }),
      text: fc.string({ unit: 'grapheme' }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        const written = [{ number: 0.5, text: 'a b' }, ...rows]
        const path = project.write('any.jsonl', written.map((one) => JSON.stringify(one)).join('\n'))
        const cells = await cellsOf(await importing(path))
        expect(cells.map(([number]) => Number(number))).toEqual(written.map(({ number }) => number + 0))
        expect(cells.length).toBe(written.length)
      }),
      { numRuns: 15 },
    )
  })

  it('leaves text that only looks a little like it to the dialect', async () => {
    const preview = await previewing(project.write('braces.csv', '[a],{b}\n1,2\n3,4\n'))
    expect([preview.format, preview.columns.map(({ name }) => name)]).toEqual(['text', ['[a]', '{b}']])
  })
})
