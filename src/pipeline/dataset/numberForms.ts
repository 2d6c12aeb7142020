// Numbers as people write them: thousands separators, currencies, percent, accounting negatives. A form is chosen for
// a whole column, and it reads a cell alike in JavaScript (which decides) and in SQL (which imports).

import { quoteText } from './database.ts'

/** How the numbers of a column are written, where that is more than digits and the table's decimal mark. */
export interface NumberForm {
  readonly decimalMark: '.' | ','
  /** The currency or percent sign that may, and for percent must, stand with each number; empty without one. */
  readonly unit: string
}

const codes =
  'USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|CNY|INR|BRL|SEK|NOK|DKK|PLN|CZK|HUF|RUB|TRY|ZAR|MXN|KRW|SGD|HKD'
const unitPattern = new RegExp(
  `(?:US|CA|AU|R|C|A)\\$|\\p{Sc}|(?<![A-Za-z])(?:${codes}|Fr\\.?|kr\\.?)(?![A-Za-z])|zł|Kč|[%‰]`,
  'u',
)
const minus = '[-\u2212]'
const spaces = '[ \u00a0\u2009\u202f]'
/** What may part groups of three digits, by decimal mark. One separator serves a whole number. */
const separators = {
  '.': [',', "'", '\u2019', ' ', '\u00a0', '\u2009', '\u202f'],
  ',': ['\\.', "'", '\u2019', ' ', '\u00a0', '\u2009', '\u202f'],
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A regular expression that RE2 and JavaScript understand alike; it matches the whole text. */
function patternOf({ decimalMark, unit }: NumberForm): string {
  const mark = decimalMark === '.' ? '\\.' : ','
  const grouped = separators[decimalMark].map((separator) => `[1-9][0-9]{0,2}(?:${separator}[0-9]{3})+`)
  // 12,34,567 as in India.
  if (decimalMark === '.') grouped.push('[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}')
  // A leading zero makes a code of digits, not a number.
  const whole = `(?:${grouped.join('|')}|0|[1-9][0-9]*)`
  const number = `(?:${whole}(?:${mark}[0-9]*)?|${mark}[0-9]+)(?:[eE][+-]?[0-9]+)?`
  const sign = `(?:\\+|${minus})`
  const literal = escaped(unit)
  if (unit === '%' || unit === '‰') {
    const share = `${spaces}?${literal}`
    return `(?:${sign}?${number}${share}|\\(${number}${share}\\)|\\(${number}\\)${share})`
  }
  const before = unit === '' ? '' : `(?:${literal}${spaces}?)?`
  const after = unit === '' ? '' : `(?:${spaces}?${literal})?`
  return `(?:${sign}?${spaces}?${before}${number}${after}|${before}${sign}${number}|\\(${before}${number}${after}\\)|${before}${number}${minus}${after})`
}

const negative = `^[^0-9.,]*[(\u2212-]|[\u2212-][^0-9]*$`

const patterns = new Map<string, RegExp>()

function compiled(form: NumberForm): RegExp {
  const key = form.decimalMark + form.unit
  const known = patterns.get(key) ?? new RegExp(`^${patternOf(form)}$`)
  patterns.set(key, known)
  return known
}

/** The number that a cell holds in this form; null when it is none, or none that a double can hold. */
export function numberInForm(text: string, form: NumberForm): number | null {
  if (!compiled(form).test(text)) return null
  const bare = form.unit === '' ? text : text.replaceAll(form.unit, '')
  const kept = form.decimalMark === '.' ? /[^0-9.eE+-]/g : /[^0-9,eE+-]/g
  const magnitude = bare
    .replace(kept, '')
    .replace(/^[+-]+|[+-]+$/g, '')
    .replace(',', '.')
  const value = Number(magnitude)
  if (!Number.isFinite(value)) return null
  return new RegExp(negative).test(bare) ? -value : value
}

/** SQL for the same number as `numberInForm`, null where the text is none; it may be infinite. */
export function formReading(form: NumberForm, text: string): string {
  const bare = form.unit === '' ? text : `replace(${text}, ${quoteText(form.unit)}, '')`
  const kept = form.decimalMark === '.' ? '[^0-9.eE+-]' : '[^0-9,eE+-]'
  const magnitude = `replace(trim(regexp_replace(${bare}, '${kept}', '', 'g'), '+-'), ',', '.')`
  const sign = `CASE WHEN regexp_matches(${bare}, ${quoteText(negative)}) THEN -1 ELSE 1 END`
  return `CASE WHEN regexp_full_match(${text}, ${quoteText(patternOf(form))}) THEN TRY_CAST(${magnitude} AS DOUBLE) * ${sign} END`
}

/** How many of the texts a form reads. */
export const countInForm = (texts: readonly string[], form: NumberForm): number =>
  texts.filter((text) => numberInForm(text, form) !== null).length

/**
 * The form that reads most of the texts and at least `share` of them, or null. Between decimal marks that read as
 * many, the table's own decides.
 */
export function findNumberForm(
  texts: readonly string[],
  decimalMark: '.' | ',',
  share: number,
): NumberForm | null {
  if (texts.length === 0 || areNumbersToCall(texts)) return null
  const unit = commonestUnit(texts)
  const other = decimalMark === '.' ? ',' : '.'
  let best: NumberForm | null = null
  let most = 0
  for (const mark of [decimalMark, other] as const) {
    const form: NumberForm = { decimalMark: mark, unit }
    const count = countInForm(texts, form)
    if (count > most) {
      best = form
      most = count
    }
  }
  return most >= share * texts.length ? best : null
}

function commonestUnit(texts: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const text of texts) {
    const unit = unitPattern.exec(text)?.[0] ?? ''
    if (unit !== '') counts.set(unit, (counts.get(unit) ?? 0) + 1)
  }
  let best = ''
  for (const [unit, count] of counts) if (count > (counts.get(best) ?? 0)) best = unit
  return best
}

/** 030 and 555 123 456 are both written with spaces; what always has as many digits is called, not counted. */
function areNumbersToCall(texts: readonly string[]): boolean {
  const digits = new Set(texts.map((text) => text.replace(/\D/g, '').length))
  const [length = 0] = digits
  return digits.size === 1 && length >= 9 && texts.every((text) => /^\+?\d{1,3}( \d{3})+$/.test(text))
}

/** How the numbers of a column were read, in words. */
export function formWords(form: NumberForm, tableMark: '.' | ','): string {
  const mark = form.decimalMark === tableMark ? '' : ` with "${form.decimalMark}" as decimal mark and`
  const unit = form.unit === '' ? '' : ` and "${form.unit}"`
  return `numbers${mark} without separators of thousands${unit}`
}
