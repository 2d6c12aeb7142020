import type { Column, ColumnRole, ColumnType } from '../../src/contract/records.ts'
import type { CellVector, Table } from '../../src/pipeline/dataset/table.ts'

/** A column for `arrayTable`: numbers (date-times in milliseconds) or texts, null where missing. */
export interface ArrayColumn {
  readonly name: string
  readonly cells: readonly (number | string | null)[]
  readonly type?: ColumnType
  readonly role?: ColumnRole
}

/** A table in memory, read in small chunks so that chunk borders are crossed. */
export function arrayTable(columns: readonly ArrayColumn[], chunkRows = 7): Table {
  const rows = columns[0]?.cells.length ?? 0
  const byName = new Map(columns.map((column) => [column.name, column]))
  return {
    rows,
    columns: columns.map(columnRecord),
    async *read(names, signal) {
      for (let firstRow = 0; firstRow < rows; firstRow += chunkRows) {
        signal?.throwIfAborted()
        const end = Math.min(firstRow + chunkRows, rows)
        const vectors = names.map((name) => {
          const column = byName.get(name)
          if (!column) throw new Error(`No column ${name}`)
          return cellVector(column, firstRow, end)
        })
        yield { firstRow, rows: end - firstRow, vectors }
      }
    },
  }
}

function typeOf({ type, cells }: ArrayColumn): ColumnType {
  return type ?? (cells.some((cell) => typeof cell === 'string') ? 'category' : 'number')
}

function cellVector(column: ArrayColumn, from: number, to: number): CellVector {
  const cells = column.cells.slice(from, to)
  const type = typeOf(column)
  if (type === 'number' || type === 'date-time') {
    return {
      kind: 'number',
      values: Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))),
    }
  }
  return { kind: 'text', values: cells.map((cell) => (cell === null ? null : String(cell))) }
}

function columnRecord(column: ArrayColumn): Column {
  return {
    name: column.name,
    type: typeOf(column),
    role: column.role ?? 'feature',
    missing: column.cells.filter((cell) => cell === null).length,
    distinct: new Set(column.cells.filter((cell) => cell !== null)).size,
    minimum: null,
    maximum: null,
    mean: null,
    distribution: { kind: 'values', values: [] },
  }
}
