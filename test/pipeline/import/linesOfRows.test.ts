import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { linesOfRows } from '../../../src/pipeline/import/linesOfRows.ts'

const folder = mkdtempSync(join(tmpdir(), 'residual-lines-'))
afterAll(() => rmSync(folder, { recursive: true }))

const shape = { delimiter: ',', quote: '"', width: 2, hasHeader: true, skipLines: 0, fileName: 'x.csv' }
const source = join(folder, 'x.csv')
writeFileSync(source, `a,b\n${Array.from({ length: 300_000 }, (_, row) => `${row},"x\ny"\n`).join('')}`)

describe('linesOfRows', () => {
  it('finds line and text of rows all over the file', async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => index * 100)
    const wanted = new Map(rows.map((row) => [row, null]))
    const found = await linesOfRows(source, shape, wanted, new AbortController().signal)
    expect(found.size).toBe(3000)
    for (const row of rows) expect(found.get(row)).toEqual({ line: 2 + 2 * row, raw: `${row},"x\ny"\n` })
  })

  it('stops at the first block after a cancel', async () => {
    const controller = new AbortController()
    const asked: number[] = []
    const wanted = new Map<number, null>()
    wanted.has = (row) => {
      asked.push(row)
      controller.abort()
      return false
    }
    await expect(linesOfRows(source, shape, wanted, controller.signal)).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect(asked.length).toBeLessThan(200_000)
  })
})
