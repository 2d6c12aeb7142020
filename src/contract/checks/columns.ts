import { z } from 'zod'
import type { ColumnCalls } from '../calls/columns.ts'
import { type Checks, id, none } from './fields.ts'

export const columnChecks: Checks<ColumnCalls> = {
  readHealth: z.strictObject({ datasetId: id }),
  undo: none,
  redo: none,
}
