import type { ColumnType } from '../../src/contract/records.ts'

export interface GridColumn {
  readonly name: string
  readonly align: 'start' | 'end'
  readonly width: number
}

const widthOfType: Record<ColumnType, number> = {
  number: 96,
  category: 120,
  'date-time': 164,
  text: 220,
  identifier: 120,
  constant: 96,
}

/** How a data column is drawn in a grid: numbers to the right, and wide enough for its name up to a bound. */
export function gridColumn(name: string, type: ColumnType): GridColumn {
  const forName = Math.min(240, name.length * 7.5 + 24)
  return { name, align: type === 'number' ? 'end' : 'start', width: Math.max(widthOfType[type], forName) }
}
