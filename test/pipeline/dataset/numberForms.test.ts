import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRowsOf } from '../../../src/pipeline/dataset/database.ts'
import { findNumberForm, type NumberForm, numberInForm } from '../../../src/pipeline/dataset/numberForms.ts'
import { numberReading } from '../../../src/pipeline/dataset/numbers.ts'
import { TestProject } from '../project.ts'

let project: TestProject
beforeAll(async () => {
  project = await TestProject.open()
})
afterAll(async () => await project.close())

/** What the import's SQL makes of texts. */
async function bySql(texts: readonly string[], form: NumberForm): Promise<(number | null)[]> {
  return await project.database.withConnection(async (connection) => {
    const rows = texts.map((text, index) => `(${index}, '${text.replaceAll("'", "''")}')`).join(', ')
    const found = await readRowsOf(
      connection,
      `SELECT ${numberReading('text', form)} FROM (VALUES ${rows}) AS cells(place, text) ORDER BY place`,
    )
    return found.map(([value]) => (value === null ? null : Number(value)))
  })
}

const forms: readonly NumberForm[] = ['.' as const, ',' as const].flatMap((decimalMark) =>
  ['', '$', '€', 'EUR', 'Fr.', '%'].map((unit) => ({ decimalMark, unit })),
)

describe('a number form', () => {
  it('reads every text alike in JavaScript and in SQL', async () => {
    const pieces = [
      '1',
      '12',
      '123',
      '000',
      '0',
      '7',
      ',',
      '.',
      "'",
      '’',
      ' ',
      '\u00a0',
      '-',
      '−',
      '+',
      '(',
      ')',
      'e',
      'E5',
      '$',
      '€',
      'EUR',
      'Fr.',
      '%',
      'x',
    ]
    const text = fc
      .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 9 })
      .map((some) => some.join(''))
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 50, maxLength: 50 }),
        fc.constantFrom(...forms),
        async (texts, form) => {
          expect(await bySql(texts, form)).toEqual(texts.map((one) => numberInForm(one, form)))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('reads back in SQL what was written in it', async () => {
    const amount = fc.tuple(
      fc.integer({ min: -99_999_999, max: 99_999_999 }),
      fc.constantFrom(...forms),
      fc.constantFrom('before', 'after', 'accounting'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(amount, { minLength: 20, maxLength: 20 }), async (amounts) => {
        for (const [cents, form, place] of amounts) {
          const [whole = '', part = ''] = (Math.abs(cents) / 100).toFixed(2).split('.')
          const grouped = whole.replace(/\B(?=(\d{3})+$)/g, form.decimalMark === '.' ? ',' : '.')
          const figure = `${grouped}${form.decimalMark}${part}`
          const withUnit =
            place === 'before' && form.unit !== '%' ? `${form.unit}${figure}` : `${figure}${form.unit}`
          const text = cents >= 0 ? withUnit : place === 'accounting' ? `(${withUnit})` : `-${withUnit}`
          expect([text, numberInForm(text, form)]).toEqual([text, cents / 100])
        }
      }),
      { numRuns: 10 },
    )
  })

  it.each<[string, readonly string[], readonly (number | null)[]]>([
    ['thousands', ['1,000.50', '12', '1,234,567'], [1000.5, 12, 1234567]],
    ['German', ['1.000,50', '12', '1.234.567,8'], [1000.5, 12, 1234567.8]],
    ['French', ['1 000,50', '12,0', '1 234 567'], [1000.5, 12, 1234567]],
    ['Swiss', ["1'000.50", '12', "1'234'567"], [1000.5, 12, 1234567]],
    ['Indian', ['12,34,567.5', '1,00,000', '5'], [1234567.5, 100000, 5]],
    ['dollars', ['$1,000.50', '-$5', '($7.25)', '$ 8'], [1000.5, -5, -7.25, 8]],
    ['euros behind', ['1.000,50 €', '-5 €', '7,25€'], [1000.5, -5, 7.25]],
    ['codes of currencies', ['USD 1,000', '12 USD', 'USD 3.5'], [1000, 12, 3.5]],
    ['per cent', ['12 %', '3.5%', '-1%'], [12, 3.5, -1]],
    ['accounting', ['(5)', '7', '1,000-'], [-5, 7, -1000]],
    ['a typographic minus', ['−5', '−7.5', '3'], [-5, -7.5, 3]],
  ])('is found: %s', async (_name, texts, values) => {
    const form = findNumberForm(texts, '.', 1)
    expect(form && texts.map((text) => numberInForm(text, form))).toEqual(values)
    if (form) expect(await bySql(texts, form)).toEqual(values)
  })

  it.each<[string, readonly string[]]>([
    ['telephone numbers', ['555 123 456', '555 987 654', '555 222 111']],
    ['several currencies', ['$5', '€7', '£9', '$8']],
    ['shares beside plain numbers', ['5%', '7', '9%', '8']],
    ['versions', ['1.2.3', '1.10.0', '2.0.1']],
    ['codes with zeros', ['00,123', '01.5', '0,001,2']],
    ['lists', ['1,2', '1,2,3', '4,5,6']],
    ['clocks', ['10:00', '11:30', '12:45']],
  ])('is not found: %s', (_name, texts) => expect(findNumberForm(texts, '.', 0.95)).toBeNull())
})
