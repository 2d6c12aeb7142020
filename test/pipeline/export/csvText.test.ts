import fc from 'fast-check'
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import { csvLine, neutralised, shortNumber } from '../../../src/pipeline/export/csvText.ts'

describe('csvLine', () => {
  it('writes lines that PapaParse reads back, whatever is in the cells', () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', '\t', 'é', "'"),
      maxLength: 8,
    })
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 6 }), (cells) => {
        const text = csvLine(cells)
        expect(Papa.parse<string[]>(text.slice(0, -1), { delimiter: ',', newline: '\n' }).data).toEqual([
          cells,
        ])
      }),
    )
  })
  it('keeps a row of one empty cell from looking like a blank line', () => expect(csvLine([''])).toBe('""\n'))
})

describe('neutralised', () => {
  it.each(['=1+1', '@x', '+x', '-x', '\tx', '\rx', '-1+2', ' =1', '＝1', '=HYPERLINK("x")', '-5 kg', '\n=1'])(
    'puts an apostrophe before %j',
    (text) => expect(neutralised(text)).toBe(`'${text}`),
  )
  it.each(['-5', '+1.5e3', '-1,5', '-', '+', '', 'a=b', '5', "'=1", '-.5', '-inf'])(
    'leaves %j alone',
    (text) => {
      expect(neutralised(text)).toBe(text)
    },
  )
})

describe('shortNumber', () => {
  it('writes a 32-bit float with digits enough to find it again, and no more', () => {
    expect(shortNumber(Math.fround(0.1))).toBe(0.100000001)
    expect(shortNumber(0.25)).toBe(0.25)
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Math.fround(shortNumber(value)) === value).toBe(true)
      }),
    )
  })
  it('writes a 64-bit number in full', () => expect(shortNumber(0.1)).toBe(0.1))
})
