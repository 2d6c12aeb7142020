import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Dataset } from '../../../src/contract/records.ts'
import { openTable, readTableRows } from '../../../src/pipeline/dataset/openTable.ts'
import { readCells, readRowPage } from '../../../src/pipeline/dataset/pages.ts'
import {
  cleanLeftovers,
  deleteDataset,
  listDatasets,
  readDataset,
  readIssues,
} from '../../../src/pipeline/dataset/store.ts'
import type { TableChunk } from '../../../src/pipeline/dataset/table.ts'
import { updateColumns } from '../../../src/pipeline/dataset/updateColumns.ts'
import { TestProject } from '../project.ts'

let project: TestProject
let dataset: Dataset
const count = 150_000

beforeAll(async () => {
  project = await TestProject.open()
  const lines = Array.from({ length: count }, (_, row) => {
    const number = row % 10 === 3 ? '' : row / 4
    const day = new Date(Date.UTC(2024, 0, 1) + row * 60_000).toISOString().slice(0, 19)
    return `${number},${['red', 'green', '', 'blue'][row % 4]},${day},k${row}`
  })
  dataset = await project.importText(`n,c,t,id\n${lines.join('\n')}\n`)
})
afterAll(async () => await project.close())

async function collect(chunks: AsyncIterable<TableChunk>): Promise<TableChunk[]> {
  const all: TableChunk[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}

describe('openTable', () => {
  it('streams typed columns in file order, in the order asked for', async () => {
    const chunks = await collect(openTable(project.database, dataset).read(['id', 'n', 't', 'c']))
    expect(chunks.length).toBeGreaterThan(1)
    let row = 0
    for (const chunk of chunks) {
      expect(chunk.firstRow).toBe(row)
      const [ids, numbers, times, colors] = chunk.vectors
      if (ids?.kind !== 'text' || numbers?.kind !== 'number' || times?.kind !== 'number')
        throw new Error('kinds')
      for (let at = 0; at < chunk.rows; at++, row++) {
        if (ids.values[at] !== `k${row}`) throw new Error(`row ${row} is ${ids.values[at]}`)
        const expected = row % 10 === 3 ? Number.NaN : row / 4
        if (!Object.is(numbers.values[at], expected)) throw new Error(`row ${row}: ${numbers.values[at]}`)
        if (times.values[at] !== Date.UTC(2024, 0, 1) + row * 60_000) throw new Error(`time of ${row}`)
        if (colors?.values[at] !== (['red', 'green', null, 'blue'][row % 4] ?? null))
          throw new Error(`color of ${row}`)
      }
    }
    expect(row).toBe(count)
  })

  it('lets two streams run at once', async () => {
    const table = openTable(project.database, dataset)
    const [one, other] = await Promise.all([collect(table.read(['n'])), collect(table.read(['id', 'c']))])
    const rows = (chunks: TableChunk[]) => chunks.reduce((sum, chunk) => sum + chunk.rows, 0)
    expect([rows(one), rows(other)]).toEqual([count, count])
  })

  it('stops when the signal fires, and refuses unknown columns', async () => {
    const controller = new AbortController()
    const reading = async () => {
      for await (const _chunk of openTable(project.database, dataset).read(['n'], controller.signal))
        controller.abort()
    }
    await expect(reading()).rejects.toMatchObject({ name: 'AbortError' })
    await expect(collect(openTable(project.database, dataset).read(['nope']))).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('reads scattered rows in the order asked for, repeats included', async () => {
    const chunk = await readTableRows(project.database, dataset, [70_001, 3, 70_001, 0], ['c', 'n'])
    expect(chunk).toEqual({
      firstRow: 0,
      rows: 4,
      vectors: [
        { kind: 'text', values: ['green', 'blue', 'green', 'red'] },
        { kind: 'number', values: Float64Array.of(17_500.25, Number.NaN, 17_500.25, 0) },
      ],
    })
  })
})

describe('readTableRows', () => {
  it('refuses a row that is not there instead of shifting the others', async () => {
    const attempt = readTableRows(project.database, dataset, [3, count + 5, 70_001], ['n'])
    await expect(attempt).rejects.toMatchObject({ code: 'not-found', details: { row: count + 5 } })
  })
})

describe('pages', () => {
  it('shows numbers as numbers, date-times as ISO text and missing as null', async () => {
    expect(await readRowPage(project.database, dataset, { from: 2, to: 4 })).toEqual({
      columns: ['n', 'c', 't', 'id'],
      rows: [2, 3],
      cells: [
        [0.5, null, '2024-01-01T00:02:00Z', 'k2'],
        [null, 'blue', '2024-01-01T00:03:00Z', 'k3'],
      ],
      total: count,
    })
  })

  it('ends with the table and answers an empty range', async () => {
    const end = await readRowPage(project.database, dataset, { from: count - 1, to: count + 50 })
    expect(end.rows).toEqual([count - 1])
    expect((await readRowPage(project.database, dataset, { from: 9, to: 9 })).cells).toEqual([])
  })

  it('reads cells of rows in the order asked for and refuses rows that are not there', async () => {
    const { cells } = await readCells(project.database, dataset, [5, 1, 5], ['id'])
    expect(cells).toEqual([['k5'], ['k1'], ['k5']])
    await expect(readCells(project.database, dataset, [count])).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('updateColumns', () => {
  it('changes a role without touching anything else', async () => {
    const small = await project.importText('a,b\n1,x\n2,y\n3,x\n')
    const updated = await updateColumns(project.database, small.datasetId, { a: { role: 'ignored' } })
    expect(updated).toEqual({
      ...small,
      columns: [{ ...small.columns[0], role: 'ignored' }, small.columns[1]],
    })
    expect(await readDataset(project.database, small.datasetId)).toEqual(updated)
  })

  it('turns numbers into categories and back, keeping the rows in order', async () => {
    const small = await project.importText('a,b\n3,x\n1,y\n,x\n3,z\n')
    const category = await updateColumns(project.database, small.datasetId, { a: { type: 'category' } })
    expect(category.columns[0]).toMatchObject({
      type: 'category',
      role: 'feature',
      missing: 1,
      distribution: {
        kind: 'values',
        values: [
          { value: '3', count: 2 },
          { value: '1', count: 1 },
        ],
      },
    })
    const [chunk] = await collect(openTable(project.database, category).read(['a']))
    expect(chunk?.vectors).toEqual([{ kind: 'text', values: ['3', '1', null, '3'] }])
    const number = await updateColumns(project.database, small.datasetId, { a: { type: 'number' } })
    expect(number.columns[0]).toEqual(small.columns[0])
  })

  it('turns texts into numbers and dates where all of them fit', async () => {
    const small = await project.importText('a,b,c\n1,05.01.2024,x\n2,06.02.2024,y\n', {
      columns: { a: { type: 'text' }, b: { type: 'category' } },
    })
    const updated = await updateColumns(project.database, small.datasetId, {
      a: { type: 'number' },
      b: { type: 'date-time' },
    })
    expect(updated.columns.map(({ type }) => type)).toEqual(['number', 'date-time', small.columns[2]?.type])
    expect((await readCells(project.database, updated, [1])).cells).toEqual([
      [2, '2024-02-06T00:00:00Z', 'y'],
    ])
  })

  it('keeps every one of several changes made at once', async () => {
    const small = await project.importText('a,b,c\n1,x,5\n2,y,6\n3,x,7\n')
    await Promise.all([
      updateColumns(project.database, small.datasetId, { a: { role: 'ignored' } }),
      updateColumns(project.database, small.datasetId, { b: { role: 'label' } }),
      updateColumns(project.database, small.datasetId, { c: { type: 'category', role: 'ignored' } }),
    ])
    const { columns } = await readDataset(project.database, small.datasetId)
    expect(columns.map(({ role }) => role)).toEqual(['ignored', 'label', 'ignored'])
    expect(columns[2]?.type).toBe('category')
  })

  it('refuses infinity as a date-time', async () => {
    const small = await project.importText('a,b\n2024-01-01,x\ninfinity,y\n2024-01-03,x\n', {
      columns: { a: { type: 'text' } },
    })
    const attempt = updateColumns(project.database, small.datasetId, { a: { type: 'date-time' } })
    await expect(attempt).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('row 2 holds "infinity"'),
    })
  })

  it('refuses a type that does not fit, naming column, row and text, and changes nothing', async () => {
    const small = await project.importText('a,b\n1,x\n2,7\n3,y\n')
    const attempt = updateColumns(project.database, small.datasetId, {
      a: { role: 'ignored' },
      b: { type: 'number' },
    })
    await expect(attempt).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringMatching(/Column "b" cannot be a number: row 1 holds "x", and 2 cells/),
    })
    expect(await readDataset(project.database, small.datasetId)).toEqual(small)
    const missing = updateColumns(project.database, small.datasetId, { zz: { role: 'feature' } })
    await expect(missing).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('the store', () => {
  it('forgets a deleted data set with its table, issues and files', async () => {
    const small = await project.importText('a,b\n1,x\n2\n3,y\n')
    expect((await readIssues(project.database, small.datasetId, { from: 0, to: 10 })).total).toBe(1)
    await deleteDataset(project.database, small.datasetId, project.sources)
    expect((await listDatasets(project.database)).map(({ datasetId }) => datasetId)).not.toContain(
      small.datasetId,
    )
    expect(readdirSync(project.sources).filter((name) => name.startsWith(`${small.datasetId}.`))).toEqual([])
    await expect(readDataset(project.database, small.datasetId)).rejects.toMatchObject({ code: 'not-found' })
    expect((await readIssues(project.database, small.datasetId, { from: 0, to: 10 })).total).toBe(0)
  })

  it('says so when a data set vanished meanwhile', async () => {
    const gone = await project.importText('a,b\n1,x\n3,y\n')
    const { database } = project
    const attempts = await Promise.allSettled([
      deleteDataset(database, gone.datasetId, project.sources),
      deleteDataset(database, gone.datasetId, project.sources),
      updateColumns(database, gone.datasetId, { a: { role: 'ignored' } }),
    ])
    expect(attempts.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    const refused = { code: 'not-found', message: expect.stringContaining('no longer in the project') }
    for (const attempt of [
      attempts[1]?.status === 'rejected' && attempts[1].reason,
      attempts[2]?.status === 'rejected' && attempts[2].reason,
    ]) {
      expect(attempt).toMatchObject(refused)
    }
    for (const call of [
      () => readRowPage(database, gone, { from: 0, to: 2 }),
      () => readCells(database, gone, [0]),
      () => readTableRows(database, gone, [0], ['a']),
      () => collect(openTable(database, gone).read(['a'])),
    ]) {
      await expect(call()).rejects.toMatchObject(refused)
    }
  })

  it('sweeps up what a crash left in the source folder, and only that', async () => {
    const leftovers = ['half.csv.part', 'orphan.csv', 'orphan.clean.csv']
    for (const name of leftovers) writeFileSync(join(project.sources, name), 'a,b\n')
    const kept = join(project.sources, `${dataset.datasetId}.csv`)
    await cleanLeftovers(project.database, project.sources)
    expect(readdirSync(project.sources).filter((name) => leftovers.includes(name))).toEqual([])
    expect(existsSync(kept)).toBe(true)
  })

  it('moves texts without a record aside where the log was cut off', async () => {
    const damaged = `${project.database.file}.wal.damaged-1`
    writeFileSync(damaged, '')
    writeFileSync(join(project.sources, 'lost.csv'), 'a,b\n')
    writeFileSync(join(project.sources, 'half.csv.part'), 'a,b\n')
    await cleanLeftovers(project.database, project.sources)
    await cleanLeftovers(project.database, project.sources)
    rmSync(damaged)
    const names = readdirSync(project.sources).filter((name) => /^(lost|half)/.test(name))
    expect(names).toEqual(['lost.csv.aside'])
  })

  it('refuses ids that could leave the folder', async () => {
    await expect(deleteDataset(project.database, '../x', project.sources)).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(project.import(join(project.folder, 'table.csv'))).resolves.toBeDefined()
  })
})
