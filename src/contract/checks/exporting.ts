import { z } from 'zod'
import type { ExportCalls } from '../calls/exporting.ts'
import { modelFormats } from '../choices.ts'
import { type Checks, id, path } from './fields.ts'

export const exportChecks: Checks<ExportCalls> = {
  startExport: z.strictObject({
    runId: id,
    rows: z.enum(['flagged', 'all']),
    codes: z.boolean().exactOptional(),
    neutraliseFormulas: z.boolean(),
    path: path.exactOptional(),
  }),
  startModelExport: z.strictObject({
    runId: id,
    format: z.enum(modelFormats),
    path: path.exactOptional(),
  }),
}
