import type { DriftLevel, SchemaDifference } from '../../../src/contract/records.ts'
import { formatCount, plural } from '../../format.ts'
import { columnTypes } from '../columnWords.ts'

const typeName = (type: string) => columnTypes.find((one) => one.value === type)?.title.toLowerCase() ?? type

export const differenceTitles: Readonly<Record<SchemaDifference['kind'], string>> = {
  'missing-column': 'Missing',
  'extra-column': 'Not known',
  'retyped-column': 'Another type',
  'unseen-categories': 'New values',
  'unlisted-categories': 'Not listed',
}

/** What differs in a column, and what was done about it. */
export function differenceSentence(difference: SchemaDifference): string {
  switch (difference.kind) {
    case 'missing-column':
      return 'The model was trained with this column; here every cell of it counts as missing.'
    case 'extra-column':
      return 'The model does not know this column; it was not read.'
    case 'retyped-column': {
      const { expected, found, misfits } = difference
      const read = `The model expects ${typeName(expected)}, found was ${typeName(found)}. `
      if (misfits === 0) return `${read}Every cell could be read as expected.`
      return `${read}${plural(misfits, 'cell')} that cannot be read as expected ${misfits === 1 ? 'counts' : 'count'} as missing.`
    }
    case 'unseen-categories': {
      const { rows, values } = difference
      const named = values.map((value) => `“${value}”`).join(', ')
      return `${plural(rows, 'row')} ${rows === 1 ? 'has a value' : 'have values'} that the training had not: ${named}. ${rows === 1 ? 'It counts' : 'They count'} as “another value”.`
    }
    case 'unlisted-categories': {
      const { rows } = difference
      return `The training had too many different values to list, so new ones cannot be told from rare ones: ${plural(rows, 'row')} with either ${rows === 1 ? 'counts' : 'count'} as “another value”.`
    }
  }
}

export const driftWords: Readonly<Record<DriftLevel, string>> = {
  none: 'no drift',
  some: 'some drift',
  strong: 'strong drift',
}

/** How many columns have drifted, in one sentence. */
export function driftSentence(levels: readonly DriftLevel[]): string {
  const count = (level: DriftLevel) => levels.filter((one) => one === level).length
  const [strong, some] = [count('strong'), count('some')]
  if (strong + some === 0) return 'No column has drifted.'
  const parts = [
    strong > 0 ? `${plural(strong, 'column')} strongly` : '',
    some > 0 ? `${strong > 0 ? formatCount(some) : plural(some, 'column')} somewhat` : '',
  ]
  return `Drifted: ${parts.filter((part) => part !== '').join(', ')}; ${formatCount(count('none'))} not.`
}
