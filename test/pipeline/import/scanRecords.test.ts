import fc from 'fast-check'
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import type { RecordShape, ScanProblem } from '../../../src/pipeline/import/records.ts'
import { scanRecords } from '../../../src/pipeline/import/scanRecords.ts'

const shapeOf = (change: Partial<RecordShape> = {}): RecordShape => ({
  delimiter: ',',
  quote: '"',
  width: 2,
  hasHeader: false,
  skipLines: 0,
  fileName: 'f.csv',
  ...change,
})

/** Scans text in blocks of the given size; records come back as text. */
async function scan(text: string, change: Partial<RecordShape> = {}, blockBytes = 1 << 20) {
  const bytes = Buffer.from(text)
  const records: { row: number; line: number; text: string }[] = []
  const problems: ScanProblem[] = []
  const totals = await scanRecords(
    async (position) => bytes.subarray(position, position + blockBytes),
    shapeOf(change),
    {
      record: (row, line, start, _end, lineEnd) => {
        records.push({ row, line, text: bytes.toString('utf8', start, lineEnd) })
      },
      problem: (problem) => problems.push(problem),
    },
  )
  return { totals, records, problems }
}

describe('scanRecords', () => {
  it('numbers rows and physical lines, across line breaks in cells, blank lines and skipped lines', async () => {
    const { totals, records } = await scan('# x\nh,i\n1,"a\nb"\n\n2,c\n', { hasHeader: true, skipLines: 1 })
    expect(records).toEqual([
      { row: -1, line: 2, text: 'h,i' },
      { row: 0, line: 3, text: '1,"a\nb"' },
      { row: 1, line: 6, text: '2,c' },
    ])
    expect(totals).toMatchObject({ rows: 2, lines: 6, blankLines: 1, tableStart: 4, problems: 0 })
  })

  it('counts each kind of line end outside quoted cells', async () => {
    const { totals } = await scan('1,2\r\n3,"x\ny"\n4,5\r6,7')
    expect(totals).toMatchObject({ rows: 4, carriageReturnLineFeeds: 1, lineFeeds: 1, carriageReturns: 1 })
  })

  it('gives up one line for a quote that never closes and goes on behind it', async () => {
    const { problems, records } = await scan('1,2\n3,"x\n4,5\n6,"y z"\n')
    expect(problems).toMatchObject([{ kind: 'quote', line: 2, quoteLine: 2 }])
    expect(records.map(({ text }) => text)).toEqual(['1,2', '4,5', '6,"y z"'])
  })

  it('reports too many bad quotes instead of hunting through all of them', async () => {
    await expect(scan('1,"a" b\n'.repeat(1001))).rejects.toMatchObject({
      message: expect.stringMatching(/more than 1000 lines have quotes that do not close; line 1001/),
    })
  })

  it('finds the same records however the bytes are cut into blocks', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r', ' ', '\0'),
      maxLength: 60,
    })
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 2, max: 9 }), async (content, blockBytes) => {
        expect(await scan(content, {}, blockBytes)).toEqual(await scan(content))
      }),
      { numRuns: 500 },
    )
  })

  it('accounts for every line: records, blank lines, and lines given up', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' '), maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        const { totals, records, problems } = await scan(content)
        const lines = (part: string) => part.split('\n').length
        const given = problems.reduce((sum, { start, end }) => {
          const part = content.slice(start, end)
          return sum + lines(part.endsWith('\n') ? part.slice(0, -1) : part)
        }, 0)
        const read = records.reduce((sum, record) => sum + lines(record.text), 0)
        expect(read + given + totals.blankLines).toBe(totals.lines)
        expect(totals.lines).toBe(
          content === '' ? 0 : lines(content.endsWith('\n') ? content.slice(0, -1) : content),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('cuts well-formed text as PapaParse does', async () => {
    const cell = fc.string({ unit: fc.constantFrom('x', 'ü', ',', ';', '"', '\n', ' '), maxLength: 5 })
    const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 15 })
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), async (rows, newline, quotes) => {
        const text = Papa.unparse(rows, { newline, quotes })
        const { totals, records } = await scan(text)
        expect(totals.problems).toBe(0)
        expect(
          records.map((record) => Papa.parse<string[]>(record.text, { delimiter: ',', newline }).data[0]),
        ).toEqual(rows)
      }),
    )
  })
})
