import type { Encoding } from '../../../src/contract/records.ts'

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

export const quoteChoices = [
  { value: '"', title: 'Double "' },
  { value: "'", title: "Single '" },
  { value: '', title: 'None' },
] as const

export const encodings: readonly { readonly value: Encoding; readonly title: string }[] = [
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
