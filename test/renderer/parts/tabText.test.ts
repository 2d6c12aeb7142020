import fc from 'fast-check'
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import { mostCopied, tabText } from '../../../renderer/parts/tabText.ts'

describe('rows as tab-separated text', () => {
  it('puts the names above, leaves missing cells empty and keeps numbers', () => {
    expect(
      tabText(
        ['a', 'b'],
        [
          [-5, null],
          ['x', 1e-7],
        ],
      ),
    ).toBe('a\tb\n-5\t\nx\t1e-7')
  })

  it('makes formulas harmless, and leaves numbers and lone signs that are texts as they are', () => {
    const lines = ['=1+1', '@SUM(A1)', '-cmd', '+1 (555)', ' =x', '-5', '+2,5', '-'].map((text) => [text])
    expect(tabText(['note'], lines).split('\n').slice(1)).toEqual([
      ...["'=1+1", "'@SUM(A1)", "'-cmd", "'+1 (555)", "' =x"].map((text) => `"${text}"`),
      '-5',
      '+2,5',
      '-',
    ])
  })

  it('is read back cell for cell', () => {
    const cell = fc
      .string({ unit: 'binary' })
      .filter((text) => !/^\s*[=+\-@\uff0b\uff0d\uff1d\uff20\t\r]/.test(text))
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        const { data } = Papa.parse(tabText(['a', 'b'], rows), { delimiter: '\t', newline: '\n' })
        expect(data).toEqual([['a', 'b'], ...rows])
      }),
    )
  })

  it('takes at most a thousand rows and a million cells', () => {
    expect([mostCopied(3), mostCopied(5_000), mostCopied(2_000_000)]).toEqual([1000, 200, 1])
  })
})
