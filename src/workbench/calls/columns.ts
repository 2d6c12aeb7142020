import type { ColumnCalls } from '../../contract/calls/columns.ts'
import type { Context } from '../context.ts'

/** Calls about what a person changed. */
export function columnCalls(context: Context): ColumnCalls {
  return {
    undo: () => context.edits.undo().finally(context.projectChanged),
    redo: () => context.edits.redo().finally(context.projectChanged),
  }
}
