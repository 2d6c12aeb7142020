import { describe, expect, it } from 'vitest'
import { parseEncoder } from '../../../src/pipeline/features/encoder.ts'
import { fitEncoder } from '../../../src/pipeline/features/fit.ts'
import { type ArrayColumn, arrayTable } from '../../support/arrayTable.ts'

const { signal } = new AbortController()
const fit = (...columns: ArrayColumn[]) => fitEncoder({ table: arrayTable(columns), signal })
const numbers = (count: number, of: (index: number) => number) =>
  Array.from({ length: count }, (_, i) => of(i))

describe('parseEncoder', () => {
  it('takes encoders from before there was a choice as clipping', async () => {
    const { softClip: _softClip, ...first } = await fit({
      name: 'size',
      cells: numbers(12, (index) => index),
    })
    expect(parseEncoder(first).softClip).toBe(true)
  })

  it('reads what was saved', async () => {
    const encoder = await fit(
      { name: 'size', cells: [null, ...numbers(11, (index) => index)] },
      { name: 'kind', cells: [...'aaaabbbbccdd'] },
      { name: 'when', type: 'date-time', cells: numbers(12, (index) => index * 1e9) },
    )
    expect(parseEncoder(JSON.parse(JSON.stringify(encoder)))).toEqual(encoder)
  })

  it('refuses what is damaged', () => {
    const column = {
      name: 'size',
      type: 'number',
      features: [{ kind: 'missing', scaling: { centre: 0, spread: 0 } }],
    }
    for (const damaged of [null, {}, { version: 2 }, { version: 1, columns: [column], dropped: [] }]) {
      expect(() => parseEncoder(damaged)).toThrow(expect.objectContaining({ code: 'bad-request' }))
    }
  })

  it('refuses a column that refers to itself or to a later one', () => {
    const features = [{ kind: 'since-column', column: 'end', scaling: { centre: 0, spread: 1 } }]
    const damaged = { version: 1, columns: [{ name: 'end', type: 'date-time', features }], dropped: [] }
    expect(() => parseEncoder(damaged)).toThrow(/damaged/)
  })

  it('refuses features that columns of a type cannot have, and what is there twice', () => {
    const scaling = { centre: 0, spread: 1 }
    const number = { kind: 'number', decimals: 0, minimum: 0, maximum: 1, scaling }
    const level = { kind: 'level', value: 'a', scaling }
    const elapsed = { kind: 'elapsed', origin: 0, scaling }
    const since = { kind: 'since-column', column: 'first', scaling }
    const read = (...columns: readonly (readonly [string, string, ...object[]])[]) =>
      parseEncoder({
        version: 1,
        columns: columns.map(([name, type, ...features]) => ({ name, type, features })),
        dropped: [],
      })
    const [start, end] = [['first', 'date-time', elapsed] as const, ['end', 'date-time', since] as const]
    expect(read(start, end).columns).toHaveLength(2)
    const refused = expect.objectContaining({ code: 'bad-request' })
    expect(() => read(['size', 'number', level])).toThrow(refused)
    expect(() => read(['kind', 'category', number])).toThrow(refused)
    expect(() => read(['kind', 'text', elapsed])).toThrow(refused)
    expect(() => read(['when', 'date-time', number])).toThrow(refused)
    expect(() => read(['first', 'category', level], end)).toThrow(refused)
    expect(() => read(['first', 'number', number], end)).toThrow(refused)
    expect(() => read(start, start)).toThrow(refused)
    expect(() => read(['kind', 'category', level, { ...level }])).toThrow(refused)
    expect(() => read(['kind', 'category', level, { ...level, value: 'b' }])).not.toThrow()
  })
})
