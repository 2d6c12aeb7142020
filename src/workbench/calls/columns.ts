import type { ColumnCalls } from '../../contract/calls/columns.ts'
import { readDataset } from '../../pipeline/dataset/store.ts'
import { checkHealth } from '../../pipeline/health/checkHealth.ts'
import type { Context } from '../context.ts'

/** Calls about what columns are like and what a person changed in them. */
export function columnCalls(context: Context): ColumnCalls {
  const { database } = context
  return {
    // Without a claim: whoever changes a type meanwhile must not be refused, and asks again after it.
    readHealth: async ({ datasetId }) =>
      checkHealth({ database, dataset: await readDataset(database, datasetId) }),
    undo: () => context.edits.undo().finally(context.projectChanged),
    redo: () => context.edits.redo().finally(context.projectChanged),
  }
}
