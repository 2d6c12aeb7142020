import { describe, expect, it } from 'vitest'
import { dialectFields } from '../../../renderer/stages/import/dialectWords.ts'
import type { Dialect } from '../../../src/contract/records.ts'

const dialect: Dialect = {
  encoding: 'windows-1252',
  delimiter: '~',
  quote: "'",
  hasHeader: false,
  decimalMark: ',',
  skipLines: 3,
  missingMarks: ['', 'n/a'],
}
const fieldOf = (name: keyof Dialect) => dialectFields.find(({ field }) => field === name)

describe('the fields of a dialect', () => {
  it('are all there, once', () =>
    expect(dialectFields.map(({ field }) => field).sort()).toEqual(Object.keys(dialect).sort()))

  it.each(dialectFields)('read $field as they show it', ({ field, standing, options, read }) => {
    const shown = standing(dialect)
    expect(read(shown)).toEqual({ [field]: dialect[field] })
    if (options) expect(options(dialect).map(({ value }) => value)).toContain(shown)
  })

  it('change nothing for what cannot be used', () => {
    expect(['-1', '1.5', 'x'].map((text) => fieldOf('skipLines')?.read(text))).toEqual([null, null, null])
    expect(fieldOf('encoding')?.read('ebcdic')).toBeNull()
  })
})
