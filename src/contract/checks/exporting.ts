import { z } from 'zod'
import type { ExportCalls } from '../calls/exporting.ts'
import { exportFormats, modelFormats } from '../choices.ts'
import { type Checks, id, path } from './fields.ts'

/** Which rows and columns of a run leave the project. */
const rows = {
  runId: id,
  rows: z.enum(['flagged', 'all']),
  columns: z.array(z.string().max(10_000)).min(1).max(20_000).exactOptional(),
  codes: z.boolean().exactOptional(),
  neutraliseFormulas: z.boolean(),
}

export const exportChecks: Checks<ExportCalls> = {
  startExport: z.strictObject({
    ...rows,
    format: z.enum(exportFormats).exactOptional(),
    path: path.exactOptional(),
  }),
  readRowsAsText: z.strictObject(rows),
  startModelExport: z.strictObject({
    runId: id,
    format: z.enum(modelFormats),
    path: path.exactOptional(),
  }),
}
