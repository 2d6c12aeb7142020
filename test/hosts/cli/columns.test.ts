import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Column } from '../../../src/contract/records.ts'
import { leftOut, nearMisses } from '../../../src/hosts/cli/columns.ts'

it('says of every column that is not trained on why it is not', () => {
  const columns = [
    ['speed', 'feature', 'number', 9],
    ['odd', 'label', 'category', 2],
    ['key', 'identifier', 'identifier', 9],
    ['note', 'ignored', 'text', 9],
    ['unit', 'ignored', 'constant', 1],
    ['empty', 'ignored', 'constant', 0],
    ['extra', 'ignored', 'number', 9],
    ['remark', 'ignored', 'text', 9],
  ].map(([name, role, type, distinct]) => ({ name, role, type, distinct }) as unknown as Column)
  const found = leftOut(columns, { extra: { role: 'ignored' }, remark: { role: 'ignored' } })
  expect(found.map(({ name, why }) => `${name}: ${why}`)).toEqual([
    'odd: label',
    'key: identifier',
    'note: text',
    'unit: constant',
    'empty: no values',
    'extra: ignored',
    'remark: ignored',
  ])
})

describe('near misses', () => {
  it('differ by case or by a few letters, nearest first', () => {
    expect(nearMisses('amonut', ['Amount', 'count', 'amonu', 'country'])).toEqual(['amonu', 'Amount'])
  })

  it('are three at most, and only names that exist', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (name, names) => {
        const near = nearMisses(name, names)
        expect(near.length).toBeLessThanOrEqual(3)
        expect(near.every((one) => names.includes(one))).toBe(true)
      }),
    )
  })

  it('find a name with one letter changed', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{3,12}$/), fc.nat(), (name, at) => {
        const place = at % name.length
        const changed = `${name.slice(0, place)}#${name.slice(place + 1)}`
        expect(nearMisses(changed, ['0'.repeat(30), name])).toEqual([name])
      }),
    )
  })
})
