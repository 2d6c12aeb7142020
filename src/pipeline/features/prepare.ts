import { Failure } from '../../contract/failure.ts'
import type { Matrix } from '../../engine/engine.ts'
import type { Table } from '../dataset/table.ts'
import type { Encoder } from './encoder.ts'

/** A table as the network sees it. Made once, it serves any number of trainings with the same `softClip`. */
export interface PreparedTable {
  readonly encoder: Encoder
  readonly matrix: Matrix
}

/**
 * Refuses a table that is not, any more, the one that an encoder was fitted to, so that training on it could not go on.
 * @throws Failure `bad-request` that names the column
 */
export function checkSameTable(input: {
  readonly table: Table
  readonly encoder: Encoder
  readonly rows: number
}): void {
  const { table, encoder, rows } = input
  const remedy = 'It cannot go on; train again.'
  if (table.rows !== rows) {
    throw new Failure(
      'bad-request',
      `This training was on ${rows} rows, and the data set has ${table.rows} now. ${remedy}`,
      { rows: table.rows },
    )
  }
  for (const { name, type } of encoder.columns) {
    const found = table.columns.find((column) => column.name === name)
    if (found?.type === type) continue
    const now = found ? `is of type ${found.type} now` : 'is not there any more'
    throw new Failure(
      'bad-request',
      `The training used the column "${name}" as ${type}, which ${now}. ${remedy}`,
      { column: name },
    )
  }
}
