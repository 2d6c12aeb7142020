import { z } from 'zod'
import { columnTypes } from '../../contract/choices.ts'
import type { RunSummary } from '../../contract/records.ts'
import { thresholdFields } from '../../pipeline/threshold/fields.ts'
import { settingsSchema } from '../../pipeline/training/trainedModel.ts'

/** A run as stored: everything of its summary that does not follow from the data set as it is now. */
export type StoredRun = Omit<RunSummary, 'labelColumn'>

const count = z.int().nonnegative()
const number = z.number()

const column = z.string()
const columnType = z.enum(columnTypes)
const level = z.enum(['none', 'some', 'strong'])
const scoredWith = z.object({
  modelName: z.string(),
  runId: z.string().nullable(),
  modelId: z.string().nullable().default(null),
  cut: number.nullable().default(null),
  differences: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('missing-column'), column }),
      z.object({ kind: z.literal('extra-column'), column }),
      z.object({
        kind: z.literal('retyped-column'),
        column,
        expected: columnType,
        found: columnType,
        misfits: count,
      }),
      z.object({
        kind: z.literal('unseen-categories'),
        column,
        values: z.array(z.string()),
        rows: count,
      }),
      z.object({ kind: z.literal('unlisted-categories'), column, rows: count }),
    ]),
  ),
  drift: z.object({
    columns: z.array(
      z.object({
        column,
        index: number,
        level,
        missingTrained: number,
        missingNow: number,
        bins: z.array(z.object({ name: z.string(), trained: number, now: number })),
      }),
    ),
    scores: z.object({
      index: number,
      level,
      flaggedTrained: number,
      flaggedNow: number,
      medianTrained: number,
      medianNow: number,
    }),
  }),
})

const storedRun: z.ZodType<StoredRun> = z.object({
  runId: z.string(),
  datasetId: z.string(),
  createdAt: z.string(),
  state: z.enum(['complete', 'partial']),
  engine: z.string(),
  rows: count,
  features: count,
  settings: settingsSchema,
  seedsLeft: z.array(count).exactOptional(),
  stepsDone: count,
  trainableParameters: count,
  seconds: z.object({ train: number, score: number }),
  curve: z.array(
    z.object({
      step: count,
      train: number,
      validation: number.nullable(),
      gradientNorm: number.nullable().default(null),
    }),
  ),
  phases: z.array(z.object({ title: z.string(), fromStep: count })).default([]),
  bestStep: count.nullable().default(null),
  scored: scoredWith.nullable().default(null),
  threshold: z.object(thresholdFields),
  suggestions: z.array(z.object({ ...thresholdFields, reason: z.string(), proposed: z.boolean() })),
})

/** The run that a run.json holds, or null when the text is damaged. */
export function parseStoredRun(text: string): StoredRun | null {
  try {
    return storedRun.parse(JSON.parse(text))
  } catch {
    return null
  }
}
