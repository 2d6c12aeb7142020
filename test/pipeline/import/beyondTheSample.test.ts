import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRowPage } from '../../../src/pipeline/dataset/pages.ts'
import { TestProject } from '../project.ts'

let project: TestProject
beforeAll(async () => {
  project = await TestProject.open()
})
afterAll(async () => await project.close())

/** A row that no sample holds: every n-th row is sampled, with n a power of two by then. */
const lateRow = 39_999

/** A table of which one late row is unlike all others. */
const tableWith = (late: string): string => {
  const rows = Array.from(
    { length: lateRow + 1 },
    (_, row) => `${row % 7},word ${row % 5},2024-01-0${1 + (row % 9)}`,
  )
  rows[lateRow] = late
  return `number,text,day\n${rows.join('\n')}\n`
}

describe('what only a late row shows', () => {
  it('trims texts whose spaces come late, and finds missing marks among them', async () => {
    const dataset = await project.importText(`${tableWith('1, word 1 ,2024-01-01')}2, NA\t,2024-01-02\n`)
    const page = await readRowPage(project.database, dataset, { from: lateRow, to: lateRow + 2 })
    expect(page.cells.map((row) => row[1])).toEqual(['word 1', null])
    expect(dataset.columns[1]).toMatchObject({ type: 'category', distinct: 5, missing: 1 })
    expect(dataset.issues).toBe(0)
  })

  it('keeps codes whole whose first leading zero comes late', async () => {
    const dataset = await project.importText(tableWith('007,word 1,2024-01-01'))
    const page = await readRowPage(project.database, dataset, { from: lateRow, to: lateRow + 1 })
    expect(page.cells[0]?.[0]).toBe('007')
  })

  it('blanks and lists a late cell that does not fit its type', async () => {
    const dataset = await project.importText(tableWith('many,word 1,someday'))
    const issues = await project.issues(dataset)
    expect(dataset.rows).toBe(lateRow + 1)
    expect(issues.map(({ line, column }) => [line, column])).toEqual([
      [lateRow + 2, 'number'],
      [lateRow + 2, 'day'],
    ])
  })

  it('sets aside a late line of another width, and a quote that never closes', async () => {
    const ragged = await project.importText(`${tableWith('1,2,3,4')}1,word 1,2024-01-01\n`)
    expect([ragged.rows, ragged.quarantined]).toEqual([lateRow + 1, 1])
    const open = await project.importText(`${tableWith('1,"word,2024-01-01')}1,word 1,2024-01-01\n`)
    expect([open.rows, open.quarantined]).toEqual([lateRow + 1, 1])
  })
})
