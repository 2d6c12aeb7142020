import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Dataset, RowFilter, RowView } from '../../../src/contract/records.ts'
import { storedKinds } from '../../../src/pipeline/dataset/vectors.ts'
import { orderQuery } from '../../../src/pipeline/dataset/viewQuery.ts'
import { readOrder } from '../../../src/pipeline/dataset/views.ts'
import { TestProject } from '../project.ts'

let project: TestProject
let table: Dataset
const everything: RowView = { sort: null, filters: [], search: '' }

beforeAll(async () => {
  project = await TestProject.open()
  const lines = [
    '2.5,Élan,2024-01-02 08:00:00,it\'s "50 %"',
    ',beta,2024-01-01 00:00:00,a',
    '-1,alpha,,b',
    '2.5,BETA max,2024-01-02 23:59:59,2.5',
    '10,,2024-03-01 12:00:00,c',
  ]
  // Ten of each, so that no column is taken for an identifier.
  const body = Array.from({ length: 50 }, (_, row) => lines[row % 5]).join('\n')
  table = await project.importText(
    `size,name,when,note\n${body.replace('it\'s "50 %"', '"it\'s ""50 %"""')}\n`,
  )
})
afterAll(() => project.close())

async function rowsOf(view: Partial<RowView>): Promise<number[] | null> {
  const kinds = await project.database.withConnection((connection) => storedKinds(connection, table))
  const query = orderQuery(table, kinds, { ...everything, ...view })
  return query === null ? null : [...(await readOrder(project.database, table, query))]
}
/** Which of the five lines are in a view, in its order. */
const linesOf = async (view: Partial<RowView>) => [
  ...new Set(((await rowsOf(view)) ?? []).map((row) => row % 5)),
]
const filtered = (...filters: RowFilter[]) => linesOf({ filters })

describe('the order of a view', () => {
  it('needs no query for every row in file order', async () => expect(await rowsOf({})).toBeNull())

  it('sorts numbers up and down, missing cells last, equal ones in file order', async () => {
    const up = await rowsOf({ sort: { column: 'size', descending: false } })
    expect(up?.slice(0, 12)).toEqual([2, 7, 12, 17, 22, 27, 32, 37, 42, 47, 0, 3])
    expect(await linesOf({ sort: { column: 'size', descending: false } })).toEqual([2, 0, 3, 4, 1])
    expect(await linesOf({ sort: { column: 'size', descending: true } })).toEqual([4, 0, 3, 2, 1])
  })

  it('keeps ranges with both ends, of numbers and of moments', async () => {
    expect(await filtered({ kind: 'range', column: 'size', from: -1, to: 2.5 })).toEqual([0, 2, 3])
    expect(await filtered({ kind: 'range', column: 'size', from: 2.6, to: null })).toEqual([4])
    const [from, to] = [Date.parse('2024-01-01T00:00:00Z'), Date.parse('2024-01-02T08:00:00Z')]
    expect(await filtered({ kind: 'range', column: 'when', from, to })).toEqual([0, 1])
  })

  it('finds texts whatever their case, and takes signs of SQL and of patterns as they are', async () => {
    expect(await filtered({ kind: 'contains', column: 'name', text: 'Beta' })).toEqual([1, 3])
    expect(await filtered({ kind: 'equals', column: 'name', text: 'beta' })).toEqual([1])
    expect(await filtered({ kind: 'contains', column: 'name', text: 'ÉL' })).toEqual([0])
    expect(await filtered({ kind: 'contains', column: 'note', text: "'" })).toEqual([0])
    expect(await filtered({ kind: 'contains', column: 'name', text: '%' })).toEqual([])
    expect(await filtered({ kind: 'equals', column: 'size', text: '10' })).toEqual([4])
  })

  it('tells missing cells from others', async () => {
    expect(await filtered({ kind: 'missing', column: 'name', missing: true })).toEqual([4])
    expect(await filtered({ kind: 'missing', column: 'size', missing: false })).toEqual([0, 2, 3, 4])
  })

  it('searches texts for the term, numbers for its value and dates for its day', async () => {
    expect(await linesOf({ search: ' beta ' })).toEqual([1, 3])
    expect(await linesOf({ search: '2.5' })).toEqual([0, 3])
    expect(await linesOf({ search: '10.0' })).toEqual([4])
    expect(await linesOf({ search: '2024-01-02' })).toEqual([0, 3])
    expect(await linesOf({ search: 'inf' })).toEqual([])
  })

  it('joins filters, search and sort', async () => {
    const view: Partial<RowView> = {
      sort: { column: 'when', descending: true },
      filters: [{ kind: 'range', column: 'size', from: 0, to: null }],
      search: 'a',
    }
    expect(await linesOf(view)).toEqual([3, 0])
  })

  it('refuses a range of texts and a column that is not there', async () => {
    await expect(filtered({ kind: 'range', column: 'name', from: 0, to: 1 })).rejects.toMatchObject({
      code: 'bad-request',
    })
    await expect(rowsOf({ sort: { column: 'nope', descending: true } })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('finds any text that is there, and takes no text for SQL', async () => {
    const text = fc.string({ minLength: 1, unit: 'binary' }).filter((one) => !one.includes('\0'))
    await fc.assert(
      fc.asyncProperty(text, async (term) => {
        const cells = ['Élan', 'beta', 'alpha', 'BETA max']
        const wanted = cells.flatMap((cell, line) =>
          cell.toLowerCase().includes(term.toLowerCase()) ? [line] : [],
        )
        expect(await filtered({ kind: 'contains', column: 'name', text: term })).toEqual(wanted)
      }),
      { numRuns: 30 },
    )
  })

  it('ends when it is cancelled', async () => {
    const stop = new AbortController()
    const query = 'SELECT range::INTEGER FROM range(300000000) ORDER BY hash(range)'
    const reading = readOrder(project.database, table, query, { signal: stop.signal, onProgress: () => {} })
    setTimeout(() => stop.abort(), 300)
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
  })
})
