import { describe, expect, it } from 'vitest'
import { chosenOutputs, formatOf } from '../../../src/hosts/cli/outputs.ts'
import { column } from '../../renderer/records.ts'

describe('what is written', () => {
  it.each([
    ['a.csv', 'csv'],
    ['/x.y/a.TSV', 'tsv'],
    ['a.ndjson', 'jsonl'],
    ['a.b.jsonl', 'jsonl'],
    ['a.parquet', 'parquet'],
    ['a.xlsx', 'xlsx'],
    ['scores.txt', 'csv'],
    ['plain', 'csv'],
  ])('in %s is %s', (name, format) => expect(formatOf(name)).toBe(format))

  it('are the columns listed, of which one may hold a comma', () => {
    const table = { columns: ['a', 'b', 'a, b', 'c'].map((name) => column({ name })) }
    expect(chosenOutputs(table, [])).toBeUndefined()
    expect(chosenOutputs(table, ['c,a', 'a, b', 'c'])).toEqual(['c', 'a', 'a, b'])
    expect(() => chosenOutputs(table, ['a,z'])).toThrow('--columns z: there is no such column')
  })
})
