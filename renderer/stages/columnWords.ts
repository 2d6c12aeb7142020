import type { ColumnRole, ColumnType } from '../../src/contract/records.ts'

export const columnTypes: readonly { readonly value: ColumnType; readonly title: string }[] = [
  { value: 'number', title: 'Number' },
  { value: 'category', title: 'Category' },
  { value: 'date-time', title: 'Date-time' },
  { value: 'text', title: 'Text' },
  { value: 'identifier', title: 'Identifier' },
  { value: 'constant', title: 'Constant' },
]

export const columnRoles: readonly { readonly value: ColumnRole; readonly title: string }[] = [
  { value: 'feature', title: 'Feature' },
  { value: 'label', title: 'Label' },
  { value: 'identifier', title: 'Identifier' },
  { value: 'ignored', title: 'Ignored' },
]

/** What a role means, for the help beside it. */
export const roleMeanings =
  'Features are trained on. A label only evaluates. Identifiers and ignored columns are carried along.'
