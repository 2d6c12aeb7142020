import { z } from 'zod'
import type { ScoringCalls } from '../calls/scoring.ts'
import { type Checks, id, path } from './fields.ts'
import { dialect, source } from './tables.ts'

export const scoringChecks: Checks<ScoringCalls> = {
  openModel: z.strictObject({ source }),
  deleteModel: z.strictObject({ modelId: id }),
  startScoring: z.strictObject({
    model: z.union([z.strictObject({ runId: id }), z.strictObject({ modelId: id })]),
    data: z.union([
      z.strictObject({ datasetId: id }),
      z.strictObject({ source, dialect: dialect.exactOptional() }),
    ]),
  }),
  startFileScoring: z.strictObject({ modelId: id, path, dialect: dialect.exactOptional(), target: path }),
}
