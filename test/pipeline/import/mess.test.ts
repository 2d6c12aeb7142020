import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRowPage } from '../../../src/pipeline/dataset/pages.ts'
import { TestProject } from '../project.ts'

let project: TestProject
beforeAll(async () => {
  project = await TestProject.open()
})
afterAll(async () => await project.close())

const table = (header: string, count: number, row: (index: number) => string) =>
  `${header}\n${Array.from({ length: count }, (_, index) => `${row(index)}\n`).join('')}`

describe('a column kept as text', () => {
  it('is named with line and value where a tenth of its numbers changes late', async () => {
    const text = table(
      'key;amount',
      2000,
      (index) => `k${index % 7};${index < 1800 ? index * 1.5 : 'none yet'}`,
    )
    const dataset = await project.importText(text)
    expect(dataset.columns[1]?.type).toBe('text')
    expect(
      (await project.issues(dataset)).map(({ line, column, kind, action, raw }) => ({
        line,
        column,
        kind,
        action,
        raw,
      })),
    ).toEqual([
      {
        line: 1802,
        column: 'amount',
        kind: 'type',
        action: 'kept',
        raw: 'k5;none yet'.replace('k5', `k${1800 % 7}`),
      },
    ])
    expect((await project.issues(dataset))[0]?.message).toMatch(
      /^Line 1802, column "amount": "none yet" is no number, nor are 10 % of the cells/,
    )
  })

  it('is named where the text begins beyond the sample', async () => {
    const text = table(
      'key,amount',
      40_000,
      (index) => `k${index % 7},${index % 9 === 8 && index > 30_000 ? 'low' : index}`,
    )
    const dataset = await project.importText(text.replace('\nk0,0\n', '\nk0,0.5\n'))
    const [issue] = await project.issues(dataset)
    expect({ type: dataset.columns[1]?.type, issues: dataset.issues }).not.toEqual({
      type: 'number',
      issues: 0,
    })
    expect(issue?.message).toMatch(/"low"/)
  })

  it('is named where day and month cannot be told apart', async () => {
    const dataset = await project.importText(
      table('when,x', 50, (index) => `0${(index % 9) + 1}/0${(index % 7) + 1}/2024,${index}.5`),
    )
    expect((await project.issues(dataset)).map(({ line, message }) => [line, message.slice(0, 70)])).toEqual([
      [2, 'Line 2, column "when": "01/01/2024" may be written day first or month '],
    ])
  })

  it('is named where its codes are longer than numbers', async () => {
    const dataset = await project.importText(
      table('code,x', 50, (index) => `90071992547409${93 + (index % 5)},${index}.5`),
    )
    expect((await project.issues(dataset)).map(({ line, column }) => [line, column])).toEqual([[2, 'code']])
  })

  it('is not named where its texts are words', async () => {
    const dataset = await project.importText(table('word,x', 50, (index) => `w${index % 5},${index}.5`))
    expect(dataset.issues).toBe(0)
  })
})

describe('numbers as people write them', () => {
  it.each<[string, string, readonly [string, number | string][]]>([
    [
      'thousands',
      'x;y',
      [
        ['1,000.50', 1000.5],
        ['2,500', 2500],
        ['12', 12],
      ],
    ],
    [
      'thousands with a decimal comma',
      'x;y',
      [
        ['1.000,50', 1000.5],
        ['2.500', 2500],
        ['12,1', 12.1],
      ],
    ],
    [
      'dollars and brackets',
      'x;y',
      [
        ['$5', 5],
        ['($1,000.25)', -1000.25],
        ['-$3', -3],
      ],
    ],
    [
      'per cent',
      'x;y',
      [
        ['5%', 5],
        ['1.5 %', 1.5],
        ['-2%', -2],
      ],
    ],
  ])('%s are numbers, and a note says so', async (_name, header, cells) => {
    const text = table(header, 60, (index) => `${cells[index % cells.length]?.[0]};w${index % 3}`)
    const dataset = await project.importText(text)
    expect(dataset.columns[0]).toMatchObject({ type: 'number', role: 'feature' })
    const page = await readRowPage(project.database, dataset, { from: 0, to: cells.length })
    expect(page.cells.map(([value]) => value)).toEqual(cells.map(([, value]) => value))
    expect((await project.issues(dataset)).map(({ column, action }) => [column, action])).toEqual([
      ['x', 'kept'],
    ])
  })

  it('each column has its own decimal mark', async () => {
    const dataset = await project.importText(table('a;b', 60, (index) => `${index},5;${index}.25`))
    const page = await readRowPage(project.database, dataset, { from: 3, to: 4 })
    expect(page.cells).toEqual([[3.5, 3.25]])
  })

  it('a cell that does not fit is blanked and named', async () => {
    const dataset = await project.importText(
      table('a;b', 60, (index) => (index === 9 ? 'soon;1' : `$${index},000;1`)),
    )
    expect(
      (await project.issues(dataset))
        .filter(({ action }) => action === 'blanked')
        .map(({ line, column }) => [line, column]),
    ).toEqual([[11, 'a']])
  })
})

describe('moments as people write them', () => {
  it.each<[string, string, (index: number) => string, string]>([
    ['epoch seconds', 'created_at', (index) => String(1_700_000_000 + index), '2023-11-14T22:13:21Z'],
    [
      'epoch milliseconds',
      'timestamp',
      (index) => String(1_700_000_000_000 + index),
      '2023-11-14T22:13:20.001Z',
    ],
    [
      'eight digits',
      'day',
      (index) => `202401${String(index + 10).padStart(2, '0')}`,
      '2024-01-11T00:00:00Z',
    ],
    ['two-digit years', 'day', (index) => `${index + 10}.01.24`, '2024-01-11T00:00:00Z'],
    ['written out', 'day', (index) => `${index + 1} January 2024`, '2024-01-02T00:00:00Z'],
    ['written out, month first', 'day', (index) => `January ${index + 1}, 2024`, '2024-01-02T00:00:00Z'],
    ['as in mails', 'day', (index) => `Wed, 31 Jan 2024 10:00:${index + 10} +0230`, '2024-01-31T07:30:11Z'],
    [
      'as in mails, Greenwich',
      'day',
      (index) => `Wed, 31 Jan 2024 10:00:${index + 10} GMT`,
      '2024-01-31T10:00:11Z',
    ],
    ['with an offset', 'day', (index) => `2024-01-31T10:00:${index + 10}+02:30`, '2024-01-31T07:30:11Z'],
    [
      'one cell tells day from month',
      'day',
      (index) => (index === 19 ? '31/12/2024' : `0${(index % 9) + 1}/02/2024`),
      '2024-02-02T00:00:00Z',
    ],
  ])('%s', async (_name, header, cell, second) => {
    const dataset = await project.importText(table(`${header};b`, 20, (index) => `${cell(index)};${index}.5`))
    expect(dataset.columns[0]?.type).toBe('date-time')
    const page = await readRowPage(project.database, dataset, { from: 1, to: 2 })
    expect(page.cells[0]?.[0]).toBe(second)
    expect(dataset.columns[0]?.missing).toBe(0)
  })

  it('ten digits are an amount where the name says nothing of a time', async () => {
    const dataset = await project.importText(
      table('amount,b', 20, (index) => `${1_700_000_000 + index * 7},${index}.5`),
    )
    expect(dataset.columns[0]?.type).toBe('number')
  })
})
