import type { Cell, ColumnShare } from '../../../src/contract/records.ts'
import { formatCell, formatNumber } from '../../format.ts'

/** What a cell holds, and what the model expected instead where that reads differently. */
export function againstWords({
  type,
  observed,
  typical,
}: Pick<ColumnShare, 'type' | 'observed' | 'typical'>): {
  readonly observed: string
  readonly against: string
} {
  const words = { observed: asText(observed), expected: asText(typical) }
  const against = readTheSame(type, observed, typical)
    ? ', an unusual combination with the other columns'
    : `; the model expected ${words.expected}`
  return { observed: words.observed, against }
}

const asText = (cell: Cell) => formatCell(cell) ?? 'missing'

function readTheSame(type: ColumnShare['type'], observed: Cell, typical: Cell): boolean {
  if (typeof observed === 'number' && typeof typical === 'number') {
    return formatNumber(observed, 4) === formatNumber(typical, 4)
  }
  const [there, expected] = [asText(observed), asText(typical)]
  if (type !== 'date-time') return there === expected
  // Midnight may be written out or not, and an expected day is met by any time of it.
  const isDay = !expected.includes(':')
  return there === expected || `${there} 00:00` === expected || (isDay && there.startsWith(`${expected} `))
}
