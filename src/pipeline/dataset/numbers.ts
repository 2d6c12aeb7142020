// What the texts of cells are. DuckDB's own casts are wider (underscores, infinities); the readings here decide.

import { formReading, type NumberForm } from './numberForms.ts'

const pointNumber = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const commaNumber = /^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?$/
const leadingZero = /^[+-]?0\d/
const infinity = /^[+-]?inf(inity)?$/i

export const isInfinityText = (text: string): boolean => infinity.test(text)

/** Whether a cell is a number that may be computed with. A code such as 00123 is not. */
export function isNumberText(text: string, decimalMark: '.' | ','): boolean {
  if (leadingZero.test(text)) return false
  return (decimalMark === ',' ? commaNumber : pointNumber).test(text) || infinity.test(text)
}

/** SQL: the DOUBLE or TIMESTAMP, null where it is infinite or not a number. */
export const finiteExpression = (value: string): string => `CASE WHEN isfinite(${value}) THEN ${value} END`

/** SQL that reads `text` as a finite number, plain with a decimal mark or in a column's form; null where it is none. */
export function numberReading(text: string, reading: '.' | ',' | NumberForm): string {
  if (typeof reading !== 'string') return finiteExpression(formReading(reading, text))
  const pointed = reading === ',' ? `replace(replace(${text}, '.', 'x'), ',', '.')` : text
  return finiteExpression(`TRY_CAST(${pointed} AS DOUBLE)`)
}

/** Whole numbers above 2^53 would be rounded as numbers, so they must be codes. */
export function isHugeInteger(text: string): boolean {
  return /^[+-]?\d{16,}$/.test(text) && !Number.isSafeInteger(Number(text))
}

/** A code: digits only, with a leading zero or too many of them. */
export const isDigitCode = (text: string): boolean => /^0\d+$/.test(text) || isHugeInteger(text)
