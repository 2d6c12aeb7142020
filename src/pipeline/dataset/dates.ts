// Date-times as people write them. A form is chosen for a whole column; where day and month cannot be told
// apart by any cell, the column stays text.

import { finiteExpression } from './numbers.ts'

export interface DateForm {
  readonly pattern: RegExp
  /** DuckDB strptime formats, tried in order; null: ISO, read by DuckDB itself. */
  readonly formats: readonly string[] | null
  /** Which capture is the day and which the month, where both are numbers. */
  readonly dayMonth?: readonly [number, number]
}

const time = String.raw`(?:[ T](\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(?: ?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?))?)?`
const clock = String.raw`(?: (\d{1,2}:\d{2}(?::\d{2})?)(?: ?([AaPp][Mm]))?)?`
const months = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec'

/** The same date format with each clock that may follow it. */
function withClocks(date: string): string[] {
  return [date, `${date} %H:%M:%S`, `${date} %H:%M`, `${date} %I:%M:%S %p`, `${date} %I:%M %p`]
}

const dayFirst = (separator: string): DateForm => ({
  pattern: new RegExp(`^(\\d{1,2})\\${separator}(\\d{1,2})\\${separator}(\\d{4})${clock}$`),
  formats: withClocks(`%d${separator}%m${separator}%Y`),
  dayMonth: [1, 2],
})
const monthFirst = (separator: string): DateForm => ({
  pattern: new RegExp(`^(\\d{1,2})\\${separator}(\\d{1,2})\\${separator}(\\d{4})${clock}$`),
  formats: withClocks(`%m${separator}%d${separator}%Y`),
  dayMonth: [2, 1],
})

/** Forms in order of preference. Dots are written day first everywhere. */
const forms: readonly DateForm[] = [
  { pattern: new RegExp(`^\\d{4}-\\d{1,2}-\\d{1,2}${time}$`), formats: null },
  { pattern: new RegExp(`^\\d{4}/\\d{1,2}/\\d{1,2}${time}$`), formats: null },
  dayFirst('.'),
  dayFirst('/'),
  monthFirst('/'),
  dayFirst('-'),
  monthFirst('-'),
  {
    pattern: new RegExp(`^\\d{1,2}[- ](?:${months})[- ]\\d{4}${clock}$`, 'i'),
    formats: [...withClocks('%d-%b-%Y'), ...withClocks('%d %b %Y')],
  },
  {
    pattern: new RegExp(`^(?:${months}) \\d{1,2}, \\d{4}${clock}$`, 'i'),
    formats: withClocks('%b %d, %Y'),
  },
]

function fits(form: DateForm, text: string): boolean {
  const match = form.pattern.exec(text)
  if (match === null) return false
  if (form.dayMonth === undefined) return true
  const [day, month] = form.dayMonth
  return Number(match[day]) <= 31 && Number(match[month]) <= 12
}

/** The form that reads at least `share` of the texts, or null: none does, or day and month are a guess. */
export function findDateForm(texts: readonly string[], share: number): DateForm | null {
  if (texts.length === 0) return null
  const fitting = forms.filter(
    (form) => texts.filter((text) => fits(form, text)).length >= Math.max(1, share * texts.length),
  )
  const [best, rival] = fitting
  if (best === undefined) return null
  return rival === undefined ? best : null
}

/** SQL that reads `text` by the form, null where it does not fit. */
export function dateExpression(form: DateForm, text: string): string {
  if (form.formats === null) {
    // DuckDB also takes the words infinity and epoch; no date-time of a table is written so.
    return finiteExpression(`TRY_CAST(CASE WHEN lower(${text}) <> 'epoch' THEN ${text} END AS TIMESTAMP)`)
  }
  return `try_strptime(${text}, [${form.formats.map((format) => `'${format}'`).join(', ')}])`
}

export const isoForm: DateForm = forms[0] ?? { pattern: /^$/, formats: null }
