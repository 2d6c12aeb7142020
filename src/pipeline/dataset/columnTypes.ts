import { Failure } from '../../contract/failure.ts'
import type { ColumnRole, ColumnType } from '../../contract/records.ts'
import { type DateForm, type DateOrder, findDateForm, findDigitDateForm, findEpochForm } from './dates.ts'
import type { StoredKind } from './layout.ts'
import { findNumberForm, type NumberForm, numberInForm } from './numberForms.ts'
import { isDigitCode, isNumberText } from './numbers.ts'

/** Share of a column's cells that may not fit its type; they are blanked and reported. */
export const misfitShare = 0.05

/** How to read a column's texts into the store. */
export interface ColumnReadingPlan {
  readonly kind: StoredKind
  readonly form: DateForm | null
  /** All texts are digits and some would be changed as numbers: 00123, or more digits than a number holds. */
  readonly codes: boolean
  /** How numbers are written that are not plain: with thousands separators, a currency, another decimal mark. */
  readonly numbers?: NumberForm | null
}

export interface ReadingHints {
  /** The column's name, which tells moments from amounts. */
  readonly name?: string
  readonly dateOrder?: DateOrder | undefined
}

/** The narrowest reading that at least 95 % of the texts fit. `texts` are trimmed and present. */
export function planReading(
  texts: readonly string[],
  decimalMark: '.' | ',',
  hints: ReadingHints = {},
): ColumnReadingPlan {
  if (texts.length === 0) return { kind: 'text', form: null, codes: false }
  let numbers = 0
  let codes = 0
  for (const text of texts) {
    if (isDigitCode(text)) codes++
    else if (isNumberText(text, decimalMark)) numbers++
  }
  const most = (1 - misfitShare) * texts.length
  if (codes === 0 && numbers === texts.length) {
    const moments = findEpochForm(hints.name ?? '', texts) ?? findDigitDateForm(texts)
    if (moments !== null) return { kind: 'date-time', form: moments, codes: false }
    return { kind: 'number', form: null, codes: false }
  }
  // One code such as 00123 is enough: read as numbers, the column's codes would lose their zeros.
  if (numbers + codes === texts.length) return { kind: 'text', form: null, codes: true }
  if (codes === 0) {
    const written = findNumberForm(texts, decimalMark, 1 - misfitShare)
    const count = texts.filter((text) => written !== null && numberInForm(text, written) !== null).length
    if (count > numbers) return { kind: 'number', form: null, codes: false, numbers: written }
    if (numbers >= most) return { kind: 'number', form: null, codes: false }
  }
  const form = findDateForm(texts, 1 - misfitShare, hints.dateOrder)
  return { kind: form === null ? 'text' : 'date-time', form, codes: false }
}

/** What is known of a column's present values when its type is decided. */
export interface ColumnFacts {
  readonly name: string
  readonly stored: StoredKind
  readonly rows: number
  readonly present: number
  readonly distinct: number
  /** Numbers only. */
  readonly allIntegers: boolean
  readonly minimum: number | null
  readonly maximum: number | null
  readonly codes: boolean
  /** Texts only: mean length in characters. */
  readonly meanLength: number
}

const idWord = /(^|[_\s.-])(id|uuid|guid)$|^(id|uuid|guid)([_\s.-]|$)/i
/** `orderId`, `userID`; with the case ignored it would be `humid` and `paid` too. */
const idCamel = /[a-z](Id|ID)$/
const hasStrongHint = (name: string): boolean => idWord.test(name) || idCamel.test(name)
const weakHint =
  /^(index|idx|key|row|row.?(no|num|number)|record|record.?(no|number)|unnamed: 0)$|[_\s.-]key$/i
const labelNames = /^(label|class|is_anomaly|target|outlier|anomaly)$/i
/** Below this many rows, cells that all differ say little. */
const fewRows = 20

/** The Failure for a name that no column has. */
export function noColumn(table: string, column: string): Failure {
  return new Failure('not-found', `${table} has no column "${column}".`, { column })
}

/** The Failure for the type `constant` where values differ. */
export function notConstant(column: string, distinct: number): Failure {
  return new Failure('bad-request', `Column "${column}" has ${distinct} values, so it is not constant.`, {
    column,
  })
}

/** A column's type, from its name and values. */
export function decideType(facts: ColumnFacts): ColumnType {
  const { present, distinct, rows } = facts
  if (distinct <= 1) return 'constant'
  if (facts.stored === 'date-time') return 'date-time'
  const allDiffer = distinct === present
  if (facts.stored === 'number') {
    if (!facts.allIntegers) return 'number'
    if (hasStrongHint(facts.name) && distinct > 2) {
      return allDiffer || distinct > 50 ? 'identifier' : 'category'
    }
    if (allDiffer && weakHint.test(facts.name)) return 'identifier'
    const { minimum, maximum } = facts
    const counts = (minimum === 0 || minimum === 1) && maximum === minimum + rows - 1
    return allDiffer && counts && present === rows && rows >= fewRows ? 'identifier' : 'number'
  }
  if (allDiffer && (rows >= fewRows || hasStrongHint(facts.name) || weakHint.test(facts.name))) {
    return facts.meanLength <= 40 ? 'identifier' : 'text'
  }
  if (distinct <= Math.max(fewRows, Math.min(2000, rows / 5))) return 'category'
  return facts.codes || hasStrongHint(facts.name) ? 'identifier' : 'text'
}

/** What a column is for, as first proposed. */
export function proposeRole(name: string, type: ColumnType, distinct: number): ColumnRole {
  const labelled = labelNames.test(name.trim()) && distinct === 2
  if (labelled && (type === 'number' || type === 'category')) return 'label'
  if (type === 'identifier') return 'identifier'
  return type === 'text' || type === 'constant' ? 'ignored' : 'feature'
}

/**
 * A column's type from a sample that is not the whole table: what looks constant may still vary below,
 * and a label whose rare value comes later is a label.
 */
export function guessFromPart(facts: ColumnFacts): { type: ColumnType; role: ColumnRole } {
  if (facts.present === 0 || facts.distinct > 1) {
    const type = decideType(facts)
    return { type, role: proposeRole(facts.name, type, facts.distinct) }
  }
  const type = facts.stored === 'text' ? 'category' : facts.stored
  return { type, role: proposeRole(facts.name, type, 2) }
}

/** A column's facts from the texts of a sample. `texts` are trimmed and present. */
export function sampleFacts(
  name: string,
  plan: ColumnReadingPlan,
  texts: readonly string[],
  rows: number,
): ColumnFacts {
  const written = plan.numbers ?? null
  const read = (text: string) =>
    written === null ? Number(text.replace(',', '.')) : (numberInForm(text, written) ?? Number.NaN)
  const numbers: number[] = plan.kind === 'number' ? texts.map(read) : []
  return {
    name,
    stored: plan.kind,
    rows,
    present: texts.length,
    distinct: new Set<string | number>(plan.kind === 'number' ? numbers : texts).size,
    allIntegers: numbers.every((value) => Number.isInteger(value)),
    minimum: numbers.length === 0 ? null : Math.min(...numbers),
    maximum: numbers.length === 0 ? null : Math.max(...numbers),
    codes: plan.codes,
    meanLength: texts.reduce((sum, text) => sum + text.length, 0) / Math.max(1, texts.length),
  }
}
