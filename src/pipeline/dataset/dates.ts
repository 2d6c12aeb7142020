// Date-times as people write them. A form is chosen for a whole column; where day and month cannot be told
// apart by any cell, the column stays text until the person says which comes first.

import { finiteExpression } from './numbers.ts'

export type DateOrder = 'day-first' | 'month-first'

export interface DateForm {
  readonly pattern: RegExp
  /** DuckDB strptime formats, tried in order; null: ISO, read by DuckDB itself. */
  readonly formats: readonly string[] | null
  /** Which capture is the day and which the month, where both are numbers. */
  readonly dayMonth?: readonly [number, number]
  readonly order?: DateOrder
  /** SQL for the date-time of a text, where formats are not enough; it must be null for other texts. */
  readonly reading?: (text: string) => string
}

const time = String.raw`(?:[ T](\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(?: ?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?))?)?`
const clock = String.raw`(?: (\d{1,2}:\d{2}(?::\d{2})?)(?: ?([AaPp][Mm]))?)?`
const months = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec'
const monthNames = 'january|february|march|april|may|june|july|august|september|october|november|december'
const weekdays = '(?:mon|tue|wed|thu|fri|sat|sun)'

/** The same date format with each clock that may follow it. */
function withClocks(date: string): string[] {
  return [date, `${date} %H:%M:%S`, `${date} %H:%M`, `${date} %I:%M:%S %p`, `${date} %I:%M %p`]
}

/** Years of two digits: 69 to 99 are of the last century, as POSIX has it. */
const years = { '%Y': String.raw`\d{4}`, '%y': String.raw`\d{2}` } as const

function numeric(order: DateOrder, separator: string, year: keyof typeof years): DateForm {
  const date = order === 'day-first' ? ['%d', '%m', year] : ['%m', '%d', year]
  return {
    pattern: new RegExp(`^(\\d{1,2})\\${separator}(\\d{1,2})\\${separator}${years[year]}${clock}$`),
    formats: withClocks(date.join(separator)),
    dayMonth: order === 'day-first' ? [1, 2] : [2, 1],
    order,
  }
}

function written(pattern: string, dates: readonly string[]): DateForm {
  return { pattern: new RegExp(`^${pattern}${clock}$`, 'i'), formats: dates.flatMap(withClocks) }
}

const zone = 'GMT|UTC|Z|[+-][0-9]{2}(?::?[0-9]{2})?'

/** SQL for a moment written with an offset from Greenwich; DuckDB's own cast to TIMESTAMP forgets the offset. */
function shifted(moment: string, offset: string): string {
  const part = (pattern: string) =>
    `coalesce(TRY_CAST(regexp_extract(${offset}, '${pattern}', 1) AS INTEGER), 0)`
  const minutes = `60 * ${part('^[+-]([0-9]{2})')} + ${part('^[+-][0-9]{2}:?([0-9]{2})$')}`
  return `${moment} - to_minutes(CASE WHEN starts_with(${offset}, '-') THEN -1 ELSE 1 END * (${minutes}))`
}

/** 2024-01-31 10:00+02:00: any mixture of offsets, and none at all. */
const zonedForm: DateForm = {
  pattern: new RegExp(`^\\d{4}[-/]\\d{1,2}[-/]\\d{1,2}${time}$`),
  formats: [],
  reading(text) {
    const split = `^([0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}[ T][0-9]{1,2}:[0-9:.]+) ?(${zone})$`
    const moment = `TRY_CAST(regexp_extract(${text}, '${split}', 1) AS TIMESTAMP)`
    const whole = shifted(moment, `regexp_extract(${text}, '${split}', 2)`)
    return `CASE WHEN regexp_full_match(${text}, '${split}') THEN ${whole} ELSE ${dateExpression(isoForm, text)} END`
  },
}

/** Whether a text of ISO form has an offset other than Greenwich, or one that DuckDB's cast does not take. */
const hasOffset = (text: string): boolean => /:[\d:.]+ ?(?:[+-]\d{2}(?::?\d{2})?| UTC)$/.test(text)

const mailDate = String.raw`(\d{1,2} (?:${months}) \d{4} \d{2}:\d{2}:\d{2}) (${zone})`

/** Wed, 31 Jan 2024 10:00:00 +0200 as in mails (RFC 5322, section 3.3). */
const mailForm: DateForm = {
  pattern: new RegExp(`^(?:${weekdays}, )?${mailDate}$`, 'i'),
  formats: [],
  reading(text) {
    const part = (group: number) => `regexp_extract(${text}, '(?i)^(?:${weekdays}, )?${mailDate}$', ${group})`
    return shifted(`try_strptime(${part(1)}, '%d %b %Y %H:%M:%S')`, part(2))
  },
}

/** 20240131: eight digits that are all days between 1900 and 2100. */
const digitForm: DateForm = {
  pattern: /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/,
  formats: ['%Y%m%d'],
}

/** Forms in order of preference. Dots are written day first everywhere. */
const forms: readonly DateForm[] = [
  { pattern: new RegExp(`^\\d{4}-\\d{1,2}-\\d{1,2}${time}$`), formats: null },
  { pattern: new RegExp(`^\\d{4}/\\d{1,2}/\\d{1,2}${time}$`), formats: null },
  numeric('day-first', '.', '%Y'),
  numeric('day-first', '/', '%Y'),
  numeric('month-first', '/', '%Y'),
  numeric('day-first', '-', '%Y'),
  numeric('month-first', '-', '%Y'),
  numeric('day-first', '.', '%y'),
  numeric('day-first', '/', '%y'),
  numeric('month-first', '/', '%y'),
  numeric('day-first', '-', '%y'),
  numeric('month-first', '-', '%y'),
  {
    pattern: new RegExp(`^\\d{2}-(\\d{1,2})-(\\d{1,2})${clock}$`),
    formats: withClocks('%y-%m-%d'),
    dayMonth: [2, 1],
  },
  written(`\\d{1,2}[- ](?:${months})[- ]\\d{4}`, ['%d-%b-%Y', '%d %b %Y']),
  written(`\\d{1,2}[- ](?:${months})[- ]\\d{2}`, ['%d-%b-%y', '%d %b %y']),
  written(`(?:${months}) \\d{1,2},? \\d{4}`, ['%b %d, %Y', '%b %d %Y']),
  written(`\\d{1,2}\\.? (?:${monthNames}),? \\d{4}`, ['%d %B %Y', '%d. %B %Y', '%d %B, %Y']),
  written(`(?:${monthNames}) \\d{1,2},? \\d{4}`, ['%B %d, %Y', '%B %d %Y']),
  mailForm,
]

const secondsPattern = /^\d{9,10}(?:\.\d+)?$/
const millisecondsPattern = /^\d{12,13}$/
/** From 1 January 1990 to 1 January 2100, in seconds. */
const [earliest, latest] = [631_152_000, 4_102_444_800]

const epochForms: readonly (DateForm & { readonly perSecond: number })[] = [
  { pattern: secondsPattern, formats: [], reading: (text) => epochReading(text, 1), perSecond: 1 },
  { pattern: millisecondsPattern, formats: [], reading: (text) => epochReading(text, 1000), perSecond: 1000 },
]

function epochReading(text: string, perSecond: number): string {
  const seconds = `TRY_CAST(${text} AS DOUBLE) / ${perSecond}`
  const isMoment = `regexp_full_match(${text}, '[0-9]+(\\.[0-9]+)?') AND ${seconds} BETWEEN ${earliest} AND ${latest}`
  return `CASE WHEN ${isMoment} THEN make_timestamp((round(${seconds} * 1000) * 1000)::BIGINT) END`
}

const timeName =
  /(^|[^a-z])(time|timestamp|ts|date|datetime|epoch|created|updated|modified|when)([^a-z]|$)|[_\s.-]at$|[a-z](Time|Date|At|Timestamp)$/i

/**
 * The form of a column of seconds or milliseconds since 1970, all of them between 1990 and 2100, whose name says
 * that it holds a time; null otherwise, for such numbers alone may well be amounts.
 */
export function findEpochForm(name: string, texts: readonly string[]): DateForm | null {
  if (!timeName.test(name) || texts.length === 0) return null
  const isMoment = (text: string, { pattern, perSecond }: (typeof epochForms)[number]) =>
    pattern.test(text) && Number(text) / perSecond >= earliest && Number(text) / perSecond <= latest
  return epochForms.find((form) => texts.every((text) => isMoment(text, form))) ?? null
}

/** Eight digits are days when every cell is one and they are more than a few; they may still be plain numbers. */
export function findDigitDateForm(texts: readonly string[]): DateForm | null {
  const distinct = new Set(texts)
  return distinct.size >= 3 && texts.every((text) => digitForm.pattern.test(text)) ? digitForm : null
}

function fits(form: DateForm, text: string): boolean {
  const match = form.pattern.exec(text)
  if (match === null) return false
  if (form.dayMonth === undefined) return true
  const [day, month] = form.dayMonth
  return Number(match[day]) <= 31 && Number(match[month]) <= 12
}

/** How many of the texts look as the form has them. */
export const countInDateForm = (texts: readonly string[], form: DateForm): number =>
  texts.filter((text) => fits(form, text)).length

/** The forms that read as many of the texts as any other does, and at least `share` of them. */
function bestForms(texts: readonly string[], share: number, order: DateOrder | undefined): DateForm[] {
  const allowed = forms.filter(
    (form) => form.order === undefined || order === undefined || form.order === order,
  )
  // What is written with dots is day first whatever the order elsewhere.
  const candidates = [
    ...new Set([...allowed, ...forms.filter(({ formats }) => formats?.[0]?.includes('.') === true)]),
  ]
  const counted = candidates.map((form) => ({ form, count: countInDateForm(texts, form) }))
  const most = Math.max(...counted.map(({ count }) => count))
  if (most < Math.max(1, share * texts.length)) return []
  return counted.filter(({ count }) => count === most).map(({ form }) => form)
}

/**
 * The form that reads at least `share` of the texts, or null: none does, or day and month are a guess.
 * A single cell such as 31/01/2024 tells for the whole column; `order` tells where no cell does.
 */
export function findDateForm(texts: readonly string[], share: number, order?: DateOrder): DateForm | null {
  if (texts.length === 0) return null
  const [best, rival] = bestForms(texts, share, order)
  if (best === undefined || rival !== undefined) return null
  return best.formats === null && texts.some(hasOffset) ? zonedForm : best
}

/** Whether the texts are date-times whose day and month cannot be told apart. */
export function isAmbiguousDate(texts: readonly string[], share: number): boolean {
  return texts.length > 0 && bestForms(texts, share, undefined).length > 1
}

/** SQL that reads `text` by the form, null where it does not fit. */
export function dateExpression(form: DateForm, text: string): string {
  if (form.reading !== undefined) return form.reading(text)
  if (form.formats === null) {
    // DuckDB also takes the words infinity and epoch; no date-time of a table is written so.
    return finiteExpression(`TRY_CAST(CASE WHEN lower(${text}) <> 'epoch' THEN ${text} END AS TIMESTAMP)`)
  }
  return `try_strptime(${text}, [${form.formats.map((format) => `'${format}'`).join(', ')}])`
}

export const isoForm: DateForm = forms[0] ?? { pattern: /^$/, formats: null }
