import type { ColumnCalls } from '../../contract/calls/columns.ts'
import { readDataset } from '../../pipeline/dataset/store.ts'
import { checkHealth } from '../../pipeline/health/checkHealth.ts'
import type { Context } from '../context.ts'

/** Calls about what columns are like and what a person changed in them. */
export function columnCalls(context: Context): ColumnCalls {
  const { claims, database } = context
  return {
    async readHealth({ datasetId }) {
      const release = claims.share(datasetId)
      try {
        return await checkHealth({ database, dataset: await readDataset(database, datasetId) })
      } finally {
        release()
      }
    },
    undo: () => context.edits.undo().finally(context.projectChanged),
    redo: () => context.edits.redo().finally(context.projectChanged),
  }
}
