import { z } from 'zod'
import { columnTypes } from '../../contract/choices.ts'
import type { ModelSummary } from '../../contract/records.ts'
import { featureCount } from '../../pipeline/features/encoder.ts'
import { type ModelFile, thresholdSchema } from '../../pipeline/modelFile/modelFile.ts'
import { settingsSchema } from '../../pipeline/training/trainedModel.ts'

/** What stands beside a model file, so that a project opens without reading the file. */
export interface ModelRecord {
  /** ISO 8601. */
  readonly openedAt: string
  /** Without the model's id: that is the name of its folder. */
  readonly summary: FileSummary
}

export type FileSummary = Omit<ModelSummary, 'modelId'>

const count = z.int().nonnegative()
const summary: z.ZodType<FileSummary> = z.object({
  name: z.string(),
  trainedAt: z.string(),
  writtenBy: z.string(),
  flavour: settingsSchema.shape.flavour,
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.enum(columnTypes),
    }),
  ),
  features: count,
  rows: count,
  trainableParameters: count,
  threshold: thresholdSchema,
  trainingHash: z.string(),
})

const written = z.object({ openedAt: z.iso.datetime(), summary: summary.nullable().catch(null) })

/**
 * The record that a model.json holds: what of it can be used. The first version wrote no summary, and what is damaged
 * can be read from the model file again.
 */
export function parseModelRecord(text: string): {
  readonly openedAt: string | null
  readonly summary: FileSummary | null
} {
  try {
    return written.parse(JSON.parse(text))
  } catch {
    return { openedAt: null, summary: null }
  }
}

/** What a list shows of a model file. */
export function summaryOf({
  model,
  name,
  trainedAt,
  writtenBy,
  threshold,
  trainingHash,
}: ModelFile): FileSummary {
  return {
    name,
    trainedAt,
    writtenBy,
    flavour: model.settings.flavour,
    columns: model.encoder.columns.map(({ name: column, type }) => ({ name: column, type })),
    features: featureCount(model.encoder),
    rows: model.rows,
    trainableParameters: model.state.weights.length,
    threshold,
    trainingHash,
  }
}
