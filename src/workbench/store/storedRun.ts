import { z } from 'zod'
import type { RunSummary } from '../../contract/records.ts'

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

const corruption = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('gaussian'), sigma: number }),
  z.object({ kind: z.literal('masking'), rate: number }),
  z.object({ kind: z.literal('swap'), rate: number }),
])

const storedRun: z.ZodType<StoredRun> = z.object({
  runId: z.string(),
  datasetId: z.string(),
  createdAt: z.string(),
  state: z.enum(['complete', 'partial']),
  engine: z.string(),
  rows: count,
  features: count,
  settings: z.object({
    seed: count,
    corruption,
    hidden: z.array(count),
    code: count.nullable(),
    copies: count.nullable(),
    steps: count,
    batchRows: count.nullable(),
    learningRate: number,
    keepShare: number,
    validationShare: number,
  }),
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
