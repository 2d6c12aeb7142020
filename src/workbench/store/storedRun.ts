import { z } from 'zod'
import type { RunSummary } from '../../contract/records.ts'
import { settingsSchema } from '../../pipeline/training/trainedModel.ts'

/** A run as stored: everything of its summary that does not follow from the data set as it is now. */
export type StoredRun = Omit<RunSummary, 'labelColumn'>

const count = z.int().nonnegative()
const number = z.number()

const threshold = {
  rule: z.enum(['manual', 'top-k', 'percentage', 'standard-deviation', 'mad', 'iqr', 'otsu']),
  value: number.nullable(),
  cut: number,
  flagged: count,
}

const storedRun: z.ZodType<StoredRun> = z.object({
  runId: z.string(),
  datasetId: z.string(),
  createdAt: z.string(),
  state: z.enum(['complete', 'partial']),
  engine: z.string(),
  rows: count,
  features: count,
  settings: settingsSchema,
  stepsDone: count,
  trainableParameters: count,
  seconds: z.object({ train: number, score: number }),
  curve: z.array(z.object({ step: count, train: number, validation: number.nullable() })),
  threshold: z.object(threshold),
  suggestions: z.array(z.object({ ...threshold, reason: z.string(), proposed: z.boolean() })),
})

/** The run that a run.json holds, or null when the text is damaged. */
export function parseStoredRun(text: string): StoredRun | null {
  try {
    return storedRun.parse(JSON.parse(text))
  } catch {
    return null
  }
}
