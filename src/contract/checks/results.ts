import { z } from 'zod'
import type { ResultCalls } from '../calls/results.ts'
import { thresholdRules } from '../choices.ts'
import { type Checks, count, id, window, windowIsFair, windowRule } from './fields.ts'

export const resultChecks: Checks<ResultCalls> = {
  readRun: z.strictObject({ runId: id }),
  readScores: z.strictObject({ runId: id }),
  readEvaluation: z.strictObject({ runId: id }),
  setThreshold: z.strictObject({ runId: id, rule: z.enum(thresholdRules), value: z.number().nullable() }),
  readRankedRows: z.strictObject({ runId: id, ...window }).refine(windowIsFair, windowRule),
  explainRow: z.strictObject({ runId: id, row: count }),
  deleteRun: z.strictObject({ runId: id }),
}
