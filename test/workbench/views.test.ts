import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RowView } from '../../src/contract/records.ts'
import { openIn, resultOf } from './openWorkbench.ts'

const rows = 2_000
let folder: string
let opened: Awaited<ReturnType<typeof openIn>>
let datasetId: string
const everything: RowView = { sort: null, filters: [], search: '' }
const columns = ['size', 'kind']

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-views-'))
  opened = await openIn(join(folder, 'p.residual'))
  const lines = Array.from({ length: rows }, (_, row) => `${(row * 7919) % rows}.5,${row % 4},x${row % 3}`)
  await writeFile(join(folder, 'table.csv'), `size,part,kind\n${lines.join('\n')}\n`)
  const source = { kind: 'path', path: join(folder, 'table.csv') } as const
  ;({ datasetId } = await resultOf(opened.api, 'import', opened.api.startImport({ source })))
})
afterAll(async () => {
  await opened.workbench.close()
  await rm(folder, { recursive: true, force: true })
})

const open = (view: Partial<RowView>, first = 10) =>
  opened.api.openView({ datasetId, view: { ...everything, ...view }, columns, rows: first })

describe('views of a table', () => {
  it('answers the named columns of the first rows, and of later ones, in the same order', async () => {
    const { viewId, first, total } = await open({ sort: { column: 'size', descending: true } })
    expect(total).toBe(rows)
    expect(first.columns).toEqual(columns)
    expect(first.cells.slice(0, 2).map(([size]) => size)).toEqual([1999.5, 1998.5])
    const page = await opened.api.readViewRows({ viewId, from: 0, to: 10, columns })
    expect(page.cells).toEqual(first.cells)
    const last = await opened.api.readViewRows({ viewId, from: rows - 1, to: rows + 5, columns: ['size'] })
    expect(last.cells).toEqual([[0.5]])
    expect(last.rows).toEqual([0])
  })

  it('counts the rows of a filter once they are ordered, and at once where the first page has them all', async () => {
    const many = await open({ filters: [{ kind: 'equals', column: 'kind', text: 'x1' }] })
    expect(many.total).toBeNull()
    const { total } = await opened.api.readViewRows({ viewId: many.viewId, from: 0, to: 1, columns })
    expect(total).toBe(667)
    const few = await open({ filters: [{ kind: 'range', column: 'size', from: null, to: 2 }] })
    expect(few.total).toBe(2)
    expect(few.first.rows.length).toBe(2)
  })

  it('finds where a row of the file stands, or that it is filtered out', async () => {
    const sorted = await open({ sort: { column: 'size', descending: true } })
    expect(await opened.api.findViewRow({ viewId: sorted.viewId, row: 0 })).toEqual({ position: rows - 1 })
    const natural = await open({})
    expect(await opened.api.findViewRow({ viewId: natural.viewId, row: 7 })).toEqual({ position: 7 })
    expect(await opened.api.findViewRow({ viewId: natural.viewId, row: rows })).toEqual({ position: null })
    const kinds = await open({ search: 'x1' })
    expect(await opened.api.findViewRow({ viewId: kinds.viewId, row: 0 })).toEqual({ position: null })
  })

  it('keeps the last views and says of an older one that it must be opened again', async () => {
    const { viewId } = await open({})
    for (let other = 0; other < 4; other++) await open({ search: `x${other}` })
    await expect(opened.api.readViewRows({ viewId, from: 0, to: 1, columns })).rejects.toMatchObject({
      code: 'not-found',
    })
  })
})
