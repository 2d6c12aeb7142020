import { describe, expect, it } from 'vitest'
import {
  type ColumnFacts,
  decideType,
  guessFromPart,
  planReading,
  proposeRole,
  sampleFacts,
} from '../../../src/pipeline/dataset/columnTypes.ts'
import { dateExpression, findDateForm } from '../../../src/pipeline/dataset/dates.ts'
import { isNumberText } from '../../../src/pipeline/dataset/numbers.ts'

function typeOf(name: string, texts: readonly string[], rows = texts.length) {
  return decideType(sampleFacts(name, planReading(texts, '.'), texts, rows))
}
const series = (count: number, cell: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => cell(index))

describe('isNumberText', () => {
  it.each(['0', '-5', '+1.5e3', '.5', '5.', '1E-9', '0.001', 'inf', '-Infinity'])('takes %s', (text) => {
    expect(isNumberText(text, '.')).toBe(true)
  })
  it.each(['', '00123', '1,5', '1_000', '0x1F', '1.2.3', 'e5', '1e', '--1', '12 kg', '1 000'])(
    'refuses %j',
    (text) => {
      expect(isNumberText(text, '.')).toBe(false)
    },
  )
  it('reads the decimal comma only when told', () => {
    expect([isNumberText('1,5', ','), isNumberText('1.5', ',')]).toEqual([true, false])
  })
})

describe('a column’s type', () => {
  it.each<[string, string, readonly string[]]>([
    ['number', 'price', series(50, (index) => String(index * 1.1))],
    ['number', 'with one text in fifty', ['abc', ...series(49, (index) => String(index * 3))]],
    ['category', 'with one text in five', series(50, (index) => (index % 5 ? String(index % 4) : 'low'))],
    ['category', 'flag', series(50, (index) => (index % 2 ? 'True' : 'False'))],
    ['category', 'zip', series(50, (index) => `0012${index % 7}`)],
    ['category', 'store_id', series(50, (index) => String(100 + (index % 5)))],
    ['identifier', 'order_id', series(50, (index) => String(5000 + index * 3))],
    ['identifier', 'orderId', series(50, (index) => String(5000 + index * 3))],
    ['identifier', 'anything', series(50, (index) => String(index + 1))],
    ['identifier', 'index', series(5, (index) => String(index * 2))],
    ['identifier', 'serial', series(50, (index) => `A-${index}`)],
    ['identifier', 'account', series(50, (index) => `90071992547409${93 + index}`)],
    ['number', 'width', series(50, (index) => String(index * 2))],
    ['number', 'humid', series(50, (index) => String((index * 37) % 49))],
    ['number', 'small', ['0', '1', '2']],
    ['constant', 'unit', series(50, () => 'kg')],
    ['constant', 'nothing', []],
    ['text', 'comment', series(50, (index) => `a long remark, number ${index}, about something or other`)],
    ['text', 'town', series(200, (index) => `town ${index % 120}`)],
    [
      'date-time',
      'when',
      series(50, (index) => `2024-01-${String((index % 28) + 1).padStart(2, '0')} 10:0${index % 6}`),
    ],
  ])('%s: %s', (type, name, texts) => expect(typeOf(name, texts)).toBe(type))

  it('is a label when the name says so and there are two values', () => {
    expect(proposeRole('Label', 'number', 2)).toBe('label')
    expect(proposeRole('is_anomaly', 'category', 2)).toBe('label')
    expect(proposeRole('class', 'category', 3)).toBe('feature')
    expect(proposeRole('survived', 'number', 2)).toBe('feature')
    expect(
      ['identifier', 'text', 'constant', 'number'].map((type) => proposeRole('x', type as 'text', 9)),
    ).toEqual(['identifier', 'ignored', 'ignored', 'feature'])
  })

  it('does not call a column constant because its first rows agree', () => {
    const facts = (name: string): ColumnFacts =>
      sampleFacts(name, planReading(['0', '0'], '.'), ['0', '0'], 2)
    expect(guessFromPart(facts('x'))).toEqual({ type: 'number', role: 'feature' })
    expect(guessFromPart(facts('label'))).toEqual({ type: 'number', role: 'label' })
  })
})

describe('findDateForm', () => {
  const formats = (texts: readonly string[]) => findDateForm(texts, 0.95)?.formats?.[0] ?? null
  it.each<[string | null, readonly string[]]>([
    ['%d/%m/%Y', ['01/02/2024', '25/02/2024']],
    ['%m/%d/%Y', ['01/02/2024', '02/25/2024']],
    ['%d.%m.%Y', ['01.02.2024', '03.02.2024 10:15']],
    ['%d-%b-%Y', ['01-Feb-2024', '03-mar-2024']],
    ['%b %d, %Y', ['Feb 1, 2024']],
  ])('reads %s', (format, texts) => expect(formats(texts)).toBe(format))

  it('leaves a column alone whose days and months cannot be told apart', () => {
    expect(findDateForm(['01/02/2024', '03/04/2024'], 0.95)).toBeNull()
  })

  it('leaves numbers, versions and short texts alone', () => {
    for (const texts of [['20240101'], ['1.2.3'], ['2024'], ['10:15'], ['2024-13']]) {
      expect(findDateForm(texts, 0.95), texts[0]).toBeNull()
    }
  })

  it('lets DuckDB read ISO forms itself', () => {
    const form = findDateForm(['2024-01-02T03:04:05Z', '2024-01-02 03:04', '2024-1-2'], 0.95)
    expect(form === null ? null : dateExpression(form, 'x')).toContain('AS TIMESTAMP)')
  })
})
