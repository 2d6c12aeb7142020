import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRowPage } from '../../../src/pipeline/dataset/pages.ts'
import { deleteDataset, listDatasets, readDataset } from '../../../src/pipeline/dataset/store.ts'
import { TestProject } from '../project.ts'

let project: TestProject
beforeAll(async () => {
  project = await TestProject.open()
})
afterAll(async () => await project.close())

describe('importFile', () => {
  it('reads what PapaParse reads, cell for cell, for any clean table', async () => {
    const word = fc.string({
      unit: fc.constantFrom('a', 'Z', 'ß', '字', '😀', ' ', ',', ';', '"', '\n', '#'),
      maxLength: 8,
    })
    const table = fc
      .record({ width: fc.integer({ min: 2, max: 5 }), delimiter: fc.constantFrom(',', ';', '\t', '|') })
      .chain(({ width, delimiter }) =>
        fc.record({
          delimiter: fc.constant(delimiter),
          newline: fc.constantFrom('\n', '\r\n'),
          quotes: fc.boolean(),
          cells: fc.array(fc.array(word, { minLength: width, maxLength: width }), {
            minLength: 1,
            maxLength: 30,
          }),
        }),
      )
    await fc.assert(
      fc.asyncProperty(table, async ({ delimiter, newline, quotes, cells }) => {
        const names = cells[0]?.map((_, index) => `n${index}`) ?? []
        const text = Papa.unparse([names, ...cells], { delimiter, newline, quotes })
        const dataset = await project.importText(text, {
          dialect: { delimiter, quote: '"', hasHeader: true, missingMarks: [], skipLines: 0 },
          columns: Object.fromEntries(names.map((name) => [name, { type: 'text' as const }])),
        })
        const expected = Papa.parse<string[]>(text, { delimiter, newline, header: false })
          .data.slice(1)
          .map((record) => record.map((cell) => cell.replace(/^[ \t]+|[ \t]+$/g, '') || null))
        const page = await readRowPage(project.database, dataset, { from: 0, to: 1000 })
        expect(page.cells).toEqual(expected)
        expect(dataset.quarantined).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('accounts for every line of any text at all', async () => {
    const line = fc.string({
      unit: fc.constantFrom('a', '1', ',', ',', '"', '"', ' ', '\r', '\0'),
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
        const text = ['a,b', ...'1,2;3,4;5,6'.split(';'), ...lines, ...'7,8;9,0'.split(';')].join('\n')
        const dataset = await project
          .importText(text, { dialect: { delimiter: ',', quote: '"', hasHeader: true, skipLines: 0 } })
          .catch((error: unknown) => {
            expect(error).toMatchObject({ code: 'unreadable-file' })
            // Not for a disagreement between the scan and DuckDB.
            expect(String(error)).not.toMatch(/cannot be cut|were counted/)
          })
        if (dataset === undefined) return
        const page = await readRowPage(project.database, dataset, { from: 0, to: 1000 })
        const issues = await project.issues(dataset)
        expect(page.cells).toHaveLength(dataset.rows)
        expect(issues.filter(({ action }) => action === 'quarantined')).toHaveLength(dataset.quarantined)
      }),
      { numRuns: 60 },
    )
  })

  it('tells the size, the hash and the name of the file as given', async () => {
    const text = 'a;b\n1,5;x\n2,5;y\n'
    const dataset = await project.importText(text)
    expect(dataset).toMatchObject({
      name: 'a set',
      bytes: text.length,
      sha256: createHash('sha256').update(text).digest('hex'),
      dialect: { delimiter: ';', decimalMark: ',' },
    })
    expect(dataset.columns[0]).toMatchObject({ type: 'number', minimum: 1.5, maximum: 2.5, mean: 2 })
    expect(await readDataset(project.database, dataset.datasetId)).toEqual(dataset)
  })

  it('profiles columns: missing, distinct, ends, mean and a small distribution', async () => {
    const dataset = await project.importText('n,c,d\n1,x,2024-01-01\n2,x,2024-01-03\n,y,\n6,x,2024-01-02\n')
    const day = (date: string) => Date.parse(`${date}T00:00:00Z`)
    expect(dataset.columns).toMatchObject([
      { type: 'number', missing: 1, distinct: 3, minimum: 1, maximum: 6, mean: 3 },
      {
        type: 'category',
        missing: 0,
        distinct: 2,
        mean: null,
        distribution: {
          kind: 'values',
          values: [
            { value: 'x', count: 3 },
            { value: 'y', count: 1 },
          ],
        },
      },
      {
        type: 'date-time',
        missing: 1,
        minimum: day('2024-01-01'),
        maximum: day('2024-01-03'),
        mean: day('2024-01-02'),
      },
    ])
    const [first] = dataset.columns
    expect(first?.distribution).toEqual({
      kind: 'bins',
      from: 1,
      to: 6,
      counts: [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    })
  })

  it('keeps codes, huge integers and thousands as texts', async () => {
    const rows = Array.from(
      { length: 30 },
      (_, index) => `00${100 + (index % 9)};9007199254740${993 + index};1.${index}`,
    )
    const dataset = await project.importText(`zip;account;price\n${rows.join('\n')}\n`)
    expect(dataset.columns.map(({ type }) => type)).toEqual(['category', 'identifier', 'number'])
    const page = await readRowPage(project.database, dataset, { from: 0, to: 1 })
    expect(page.cells).toEqual([['00100', '9007199254740993', 1]])
  })

  it('finds identifiers by name or by counting, never among measurements', async () => {
    const rows = Array.from({ length: 60 }, (_, index) => [
      index + 1,
      1000 + index * 7,
      index * 3,
      `k${index}`,
      index / 7,
    ])
    const dataset = await project.importText(
      `n,customer_id,count,key,x\n${rows.map((row) => row.join(',')).join('\n')}\n`,
    )
    expect(dataset.columns.map(({ type, role }) => `${type}/${role}`)).toEqual([
      'identifier/identifier',
      'identifier/identifier',
      'number/feature',
      'identifier/identifier',
      'number/feature',
    ])
  })

  it('gives awkward headers safe, unique names', async () => {
    const dataset = await project.importText('a,a,,__proto__,constructor, a \n1,2,3,4,5,6\n7,8,9,10,11,12\n')
    expect(dataset.columns.map(({ name }) => name)).toEqual([
      'a',
      'a_2',
      'column 3',
      '__proto___',
      'constructor_',
      'a_3',
    ])
    const reread = await readDataset(project.database, dataset.datasetId)
    expect(reread.columns.map(({ distinct }) => distinct)).toEqual([2, 2, 2, 2, 2, 2])
  })

  it('numbers the columns of a table without a header', async () => {
    const dataset = await project.importText('1,x\n2,y\n3,z\n')
    expect(dataset).toMatchObject({ rows: 3, dialect: { hasHeader: false } })
    expect(dataset.columns.map(({ name }) => name)).toEqual(['column 1', 'column 2'])
  })

  it('takes the person’s choice of type and role', async () => {
    const dataset = await project.importText('grade,n\n1,5\n2,x\n1,7\n', {
      columns: { grade: { type: 'category', role: 'label' }, n: { type: 'number' } },
    })
    expect(dataset.columns).toMatchObject([
      { type: 'category', role: 'label', distribution: { kind: 'values' } },
      { type: 'number', missing: 1 },
    ])
    expect(await project.issues(dataset)).toMatchObject([{ line: 3, column: 'n', action: 'blanked' }])
  })

  it('keeps what it committed when the checkpoint after it fails', async () => {
    const { database } = project
    const run = database.run.bind(database)
    let checkpoints = 0
    database.run = async (sql, values) => {
      if (sql !== 'CHECKPOINT') return await run(sql, values)
      checkpoints++
      throw new Error('IO Error: No space left on device')
    }
    try {
      const dataset = await project.importText('a,b\n1,2\n3,4\n')
      expect(checkpoints).toBe(1)
      expect(readdirSync(project.sources)).toContain(`${dataset.datasetId}.csv`)
      expect(await readDataset(database, dataset.datasetId)).toEqual(dataset)
    } finally {
      database.run = run
    }
  })

  it('leaves nothing of an import that is cancelled, wherever it stands', async () => {
    const before = await listDatasets(project.database)
    const files = readdirSync(project.sources)
    const path = project.write('long.csv', `a,b,c\n${'1.5,abc,2024-01-01\n'.repeat(200_000)}`)
    const phases = new Set<string>()
    const whole = await project.import(path, { onProgress: (phase) => phases.add(phase) })
    await deleteDataset(project.database, whole.datasetId, project.sources)
    expect(phases.size).toBeGreaterThan(2)
    for (const phase of phases) {
      const controller = new AbortController()
      const attempt = project.import(path, {
        signal: controller.signal,
        onProgress: (now) => {
          if (now === phase) controller.abort()
        },
      })
      await expect(attempt, phase).rejects.toMatchObject({ name: 'AbortError' })
      expect(await listDatasets(project.database)).toEqual(before)
      expect(readdirSync(project.sources)).toEqual(files)
      const tables = await project.database.run(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'data_set-%'",
      )
      expect(Number(tables[0]?.[0])).toBe(before.length)
    }
  })
})
