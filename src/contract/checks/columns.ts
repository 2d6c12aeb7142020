import type { ColumnCalls } from '../calls/columns.ts'
import { type Checks, none } from './fields.ts'

export const columnChecks: Checks<ColumnCalls> = {
  undo: none,
  redo: none,
}
