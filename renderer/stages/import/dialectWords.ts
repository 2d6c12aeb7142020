import type { Dialect, Encoding } from '../../../src/contract/records.ts'

const delimiters: Readonly<Record<string, string>> = {
  ',': 'Comma ,',
  ';': 'Semicolon ;',
  '\t': 'Tab',
  '|': 'Pipe |',
  ' ': 'Space',
  ':': 'Colon :',
}

/** Choices for the delimiter; one that is not among the usual ones is added at the end. */
export function delimiterChoices(present: string): { value: string; title: string }[] {
  const choices = Object.entries(delimiters).map(([value, title]) => ({ value, title }))
  return present in delimiters ? choices : [...choices, { value: present, title: present }]
}

const headerChoices = [
  { value: 'yes', title: 'Names' },
  { value: 'no', title: 'Data' },
] as const

const decimalChoices = [
  { value: '.', title: 'Point 1.5' },
  { value: ',', title: 'Comma 1,5' },
] as const

const quoteChoices = [
  { value: '"', title: 'Double "' },
  { value: "'", title: "Single '" },
  { value: '', title: 'None' },
] as const

const encodings: readonly { readonly value: Encoding; readonly title: string }[] = [
  { value: 'utf-8', title: 'UTF-8' },
  { value: 'utf-16le', title: 'UTF-16 LE' },
  { value: 'utf-16be', title: 'UTF-16 BE' },
  { value: 'windows-1252', title: 'Windows-1252' },
]

const empty = '(empty)'

/** Missing marks as one line of text, and back. */
export const marksToText = (marks: readonly string[]): string => marks.map((mark) => mark || empty).join(', ')

export function textToMarks(text: string): string[] {
  const marks = text.split(',').map((mark) => mark.trim())
  return [...new Set(marks.filter((mark) => mark !== '').map((mark) => (mark === empty ? '' : mark)))]
}

/** A field of the dialect: how it is shown, and what a text that was chosen or written means. */
export interface DialectField {
  readonly field: keyof Dialect
  readonly title: string
  /** What can be chosen; without it the field is written. */
  readonly options?: (dialect: Dialect) => readonly { readonly value: string; readonly title: string }[]
  readonly kind?: 'number'
  readonly standing: (dialect: Dialect) => string
  /** Null for what cannot be used. */
  readonly read: (text: string) => Partial<Dialect> | null
}

/** All of them, in the order in which a file is cut. */
export const dialectFields: readonly DialectField[] = [
  {
    field: 'delimiter',
    title: 'Delimiter',
    options: ({ delimiter }) => delimiterChoices(delimiter),
    standing: ({ delimiter }) => delimiter,
    read: (text) => ({ delimiter: text }),
  },
  {
    field: 'hasHeader',
    title: 'First row',
    options: () => headerChoices,
    standing: ({ hasHeader }) => (hasHeader ? 'yes' : 'no'),
    read: (text) => ({ hasHeader: text === 'yes' }),
  },
  {
    field: 'decimalMark',
    title: 'Decimal mark',
    options: () => decimalChoices,
    standing: ({ decimalMark }) => decimalMark,
    read: (text) => ({ decimalMark: text === ',' ? ',' : '.' }),
  },
  {
    field: 'quote',
    title: 'Quote',
    options: () => quoteChoices,
    standing: ({ quote }) => quote,
    read: (text) => ({ quote: text }),
  },
  {
    field: 'encoding',
    title: 'Encoding',
    options: () => encodings,
    standing: ({ encoding }) => encoding,
    read(text) {
      const known = encodings.find(({ value }) => value === text)
      return known ? { encoding: known.value } : null
    },
  },
  {
    field: 'skipLines',
    title: 'Skip lines',
    kind: 'number',
    standing: ({ skipLines }) => String(skipLines),
    read(text) {
      const lines = Number(text)
      return Number.isInteger(lines) && lines >= 0 ? { skipLines: lines } : null
    },
  },
  {
    field: 'missingMarks',
    title: 'Missing marks',
    standing: ({ missingMarks }) => marksToText(missingMarks),
    read: (text) => ({ missingMarks: textToMarks(text) }),
  },
]
