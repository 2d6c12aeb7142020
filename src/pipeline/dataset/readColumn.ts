import type { Table } from './table.ts'

/** All cells of one column, in row order: NaN or null where the cell is missing. */
export async function readColumn(table: Table, name: string): Promise<(string | number | null)[]> {
  const cells: (string | number | null)[] = []
  for await (const { vectors } of table.read([name])) {
    for (const cell of vectors[0]?.values ?? []) cells.push(cell)
  }
  return cells
}
