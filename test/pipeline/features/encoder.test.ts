import { describe, expect, it } from 'vitest'
import { decodeRow } from '../../../src/pipeline/features/decode.ts'
import { encodeTable } from '../../../src/pipeline/features/encode.ts'
import { columnOfFeature, type Encoder, encoderColumnNames } from '../../../src/pipeline/features/encoder.ts'
import { fitEncoder } from '../../../src/pipeline/features/fit.ts'
import { scale } from '../../../src/pipeline/features/scaling.ts'
import { type ArrayColumn, arrayTable } from '../../support/arrayTable.ts'

const { signal } = new AbortController()
const fit = (...columns: ArrayColumn[]) => fitEncoder({ table: arrayTable(columns), signal })
const encode = (encoder: Encoder, ...columns: ArrayColumn[]) =>
  encodeTable({ table: arrayTable(columns), encoder, signal })
const featuresOf = (encoder: Encoder, column = 0) => encoder.columns[column]?.features ?? []
const row = (matrix: { columns: number; values: Float32Array }, index: number) =>
  [...matrix.values.subarray(index * matrix.columns, (index + 1) * matrix.columns)].map(
    (value) => Math.round(value * 1e5) / 1e5,
  )
const rounded = (...values: number[]) => values.map((value) => Math.round(value * 1e5) / 1e5)
const numbers = (count: number, of: (index: number) => number) =>
  Array.from({ length: count }, (_, i) => of(i))

describe('numbers', () => {
  it('become one feature each, scaled by median and quartiles', async () => {
    const size: ArrayColumn = { name: 'size', cells: numbers(21, (index) => index) }
    const encoder = await fit(size)
    expect(featuresOf(encoder)).toEqual([
      { kind: 'number', scaling: { centre: 10, spread: 10 / 1.349 }, decimals: 0, minimum: 0, maximum: 20 },
    ])
    const matrix = await encode(encoder, size)
    expect([matrix.rows, matrix.columns]).toEqual([21, 1])
    expect(row(matrix, 0)).toEqual(rounded(-1.349))
    expect(row(matrix, 13)).toEqual(rounded(0.3 * 1.349))
  })

  it('come back in original units', async () => {
    const size: ArrayColumn = { name: 'size', cells: [...numbers(20, (index) => index), 4000] }
    const encoder = await fit(size)
    const matrix = await encode(encoder, size)
    const back = numbers(21, (index) =>
      Number(decodeRow(encoder, matrix.values.subarray(index, index + 1))[0]),
    )
    for (const [index, value] of back.entries()) {
      expect(value).toBeCloseTo(Number(size.cells[index]), index === 20 ? 1 : 4)
    }
  })

  it('are typically written like the column: its decimals, within its range', async () => {
    const price: ArrayColumn = { name: 'price', cells: numbers(20, (index) => index * 0.25) }
    const encoder = await fit(price)
    expect(featuresOf(encoder)).toMatchObject([{ decimals: 2, minimum: 0, maximum: 4.75 }])
    expect([[0.1], [-9], [9]].map((encoded) => decodeRow(encoder, encoded)[0])).toEqual([2.55, 0, 4.75])
  })

  it('counts infinite values as missing', async () => {
    const size: ArrayColumn = { name: 'size', cells: [...numbers(18, (i) => i), Infinity, -Infinity] }
    const encoder = await fit(size)
    expect(featuresOf(encoder).map((feature) => feature.kind)).toEqual(['number', 'missing'])
    const matrix = await encode(encoder, size)
    expect(row(matrix, 18)[0]).toBeNaN()
    expect(row(matrix, 19)[0]).toBeNaN()
  })
})

describe('missing cells', () => {
  it('are not a number in the value and one in the indicator', async () => {
    const size: ArrayColumn = { name: 'size', cells: [null, ...numbers(19, (index) => index)] }
    const matrix = await encode(await fit(size), size)
    // One of 20 is missing: median 0, quartiles 0, standard deviation sqrt(0.05 * 0.95), doubled.
    const indicator = { centre: 0, spread: 2 * Math.sqrt(0.05 * 0.95) }
    expect(row(matrix, 0)).toEqual([Number.NaN, ...rounded(scale(1, indicator))])
    expect(row(matrix, 10)).toEqual(rounded(0, 0))
  })

  it('keep a column whose present values are all the same', async () => {
    const flag: ArrayColumn = { name: 'flag', cells: [null, null, ...numbers(10, () => 5)] }
    expect(featuresOf(await fit(flag)).map((feature) => feature.kind)).toEqual(['missing'])
  })

  it('are one more level of a category', async () => {
    const kind: ArrayColumn = { name: 'kind', cells: [null, null, ...'aaaabbbb'] }
    const encoder = await fit(kind)
    expect(featuresOf(encoder).map((feature) => feature.kind)).toEqual(['level', 'level', 'missing'])
    const matrix = await encode(encoder, kind)
    expect(row(matrix, 0).map((value, place) => value > (row(matrix, 9)[place] ?? 0))).toEqual([
      false,
      false,
      true,
    ])
    expect(decodeRow(encoder, matrix.values.subarray(0, 3))).toEqual([null])
    expect(decodeRow(encoder, matrix.values.subarray(27, 30))).toEqual(['b'])
  })
})

describe('categories', () => {
  const kind: ArrayColumn = { name: 'kind', cells: [...'aaaaaaaaaabbbbbbcdd'] }

  it('get a feature each when common enough, and one for the others together', async () => {
    const encoder = await fit(kind)
    const features = featuresOf(encoder)
    expect(features.map((one) => [one.kind, 'value' in one ? one.value : null])).toEqual([
      ['level', 'a'],
      ['level', 'b'],
      ['other-level', null],
    ])
    const matrix = await encode(encoder, kind)
    const set = (index: number) =>
      row(matrix, index).map((value, place) => value > (row(matrix, 0)[place] ?? 0))
    expect(set(10)).toEqual([false, true, false])
    expect(set(16)).toEqual([false, false, true])
    expect(set(18)).toEqual([false, false, true])
  })

  it('put a value never seen before with the others', async () => {
    const encoder = await fit(kind)
    const unseen = await encode(encoder, { name: 'kind', cells: ['never'] })
    const rare = await encode(encoder, { name: 'kind', cells: ['c'] })
    expect(row(unseen, 0)).toEqual(row(rare, 0))
  })

  it('count together like three numbers, however many levels they have', async () => {
    const levels = featuresOf(await fit({ name: 'kind', cells: [...'aaabbbcccdddeeefffggghhh'] }))
    // Eight levels with a share of 1/8 each: variance 7/64; eight such errors are to weigh like three.
    expect(levels.map((feature) => feature.scaling.spread)).toEqual(
      levels.map(() => Math.sqrt(7 / 64) * Math.sqrt(8 / 3)),
    )
  })

  it('leave all levels at zero for a new value when there were no others', async () => {
    const encoder = await fit({ name: 'kind', cells: [...'aaaaaabbbbbb'] })
    const unseen = row(await encode(encoder, { name: 'kind', cells: ['never'] }), 0)
    expect(unseen).toEqual(rounded(...featuresOf(encoder).map((feature) => scale(0, feature.scaling))))
  })

  it('come back as the likeliest level, the others as their commonest', async () => {
    const encoder = await fit(kind)
    const matrix = await encode(encoder, kind)
    const back = (index: number) => decodeRow(encoder, matrix.values.subarray(index * 3, index * 3 + 3))
    expect([0, 10, 16].flatMap(back)).toEqual(['a', 'b', 'd'])
  })

  it('do not depend on the order of the rows', async () => {
    const cells = [...kind.cells].reverse()
    expect(await fit({ name: 'kind', cells })).toEqual(await fit(kind))
  })
})

describe('date-times', () => {
  const hour = 3_600_000
  const start = Date.UTC(2024, 0, 1)

  it('become days since the first, and hour and weekday as points on circles', async () => {
    const when: ArrayColumn = {
      name: 'when',
      type: 'date-time',
      cells: numbers(24 * 14, (index) => start + index * hour),
    }
    const encoder = await fit(when)
    expect(
      featuresOf(encoder).map((one) => ('period' in one ? `${one.period} ${one.wave}` : one.kind)),
    ).toEqual(['elapsed', 'hour sine', 'hour cosine', 'weekday sine', 'weekday cosine'])
    const matrix = await encode(encoder, when)
    const shown = (index: number) => decodeRow(encoder, matrix.values.subarray(index * 5, index * 5 + 5))[0]
    expect([0, 30, 200].map(shown)).toEqual(['2024-01-01 00:00', '2024-01-02 06:00', '2024-01-09 08:00'])
  })

  it('leave out what does not vary', async () => {
    const when: ArrayColumn = {
      name: 'when',
      type: 'date-time',
      cells: numbers(20, (index) => start + (index % 5) * 24 * hour),
    }
    expect(featuresOf(await fit(when)).map((one) => one.kind)).toEqual(['elapsed'])
  })

  it('that follow another column closely become the time since it', async () => {
    const begin = numbers(40, (index) => start + index * 24 * hour)
    const encoder = await fit(
      { name: 'begin', type: 'date-time', cells: begin },
      { name: 'end', type: 'date-time', cells: begin.map((one, index) => one + (index % 5) * 60_000) },
    )
    expect(featuresOf(encoder, 1)).toEqual([
      { kind: 'since-column', column: 'begin', scaling: { centre: 120, spread: 120 / 1.349 } },
    ])
    const typical = decodeRow(encoder, new Float32Array(columnOfFeature(encoder).length))
    expect(typical[1]).toBe('2 min after begin')
  })

  it('do not follow a column only because one of its date-times lies in a far future', async () => {
    const moments = numbers(100, (index) => start + index * 24 * hour)
    const encoder = await fit(
      { name: 'made', type: 'date-time', cells: moments.with(7, Date.UTC(9999, 11, 31)) },
      {
        name: 'sold',
        type: 'date-time',
        cells: moments.map((one, index) => one + ((index * 37) % 50) * 24 * hour),
      },
    )
    expect(featuresOf(encoder, 1)[0]?.kind).toBe('elapsed')
  })
})

describe('fitEncoder', () => {
  const size: ArrayColumn = { name: 'size', cells: numbers(12, (index) => index) }

  it('reads columns with role feature only, and drops those that cannot tell rows apart', async () => {
    const encoder = await fit(
      size,
      { name: 'label', cells: numbers(12, (index) => index % 2), role: 'label' },
      { name: 'same', cells: numbers(12, () => 1) },
      { name: 'none', cells: numbers(12, () => 0).map(() => null) },
    )
    expect(encoderColumnNames(encoder)).toEqual(['size'])
    expect(encoder.dropped).toEqual([
      { name: 'same', reason: 'every value is the same' },
      { name: 'none', reason: 'every cell is missing' },
    ])
  })

  it('maps features to their columns', async () => {
    const encoder = await fit(size, { name: 'kind', cells: [...'aaaabbbbcccc'] }, { ...size, name: 'other' })
    expect([...columnOfFeature(encoder)]).toEqual([0, 1, 1, 1, 2])
  })

  it('refuses a table of few rows with a remedy', async () => {
    await expect(fit({ name: 'size', cells: [1, 2, 3] })).rejects.toMatchObject({
      code: 'too-few-rows',
      message: expect.stringMatching(/3 usable rows.*at least 10/),
    })
  })

  it('refuses a table without a column to use, naming what is wrong', async () => {
    await expect(fit({ name: 'same', cells: numbers(12, () => 1) })).rejects.toMatchObject({
      code: 'no-usable-columns',
      message: expect.stringContaining('in "same" every value is the same'),
    })
    await expect(fit({ ...size, role: 'ignored' })).rejects.toMatchObject({
      code: 'no-usable-columns',
      message: expect.stringContaining('none has the role "feature"'),
    })
  })

  it('stops when cancelled', async () => {
    const cancelled = AbortSignal.abort()
    await expect(fitEncoder({ table: arrayTable([size]), signal: cancelled })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })
})

describe('an encoder without soft clip', () => {
  it('leaves far values far, and writes them back', async () => {
    const size: ArrayColumn = { name: 'size', cells: [...numbers(19, (index) => index), 1000] }
    const table = arrayTable([size])
    const [clipped, plain] = [await fit(size), await fitEncoder({ table, signal, softClip: false })]
    expect(plain).toEqual({ ...clipped, softClip: false })
    const scaling = featuresOf(plain)[0]?.scaling ?? { centre: 0, spread: 0 }
    const matrix = await encode(plain, size)
    expect(row(matrix, 19)).toEqual(rounded((1000 - scaling.centre) / scaling.spread))
    expect(row(matrix, 10)).toEqual(row(await encode(clipped, size), 10))
    expect(decodeRow(plain, row(matrix, 19))).toEqual([1000])
  })
})
