import { z } from 'zod'
import type { TrainingCalls } from '../calls/training.ts'
import { mostSeeds } from '../settings.ts'
import { type Checks, id } from './fields.ts'
import { ranges, settings, within } from './settings.ts'

export const trainingChecks: Checks<TrainingCalls> = {
  planTraining: z.strictObject({ datasetId: id, settings: settings.exactOptional() }),
  estimateTraining: z.strictObject({ datasetId: id, settings: settings.exactOptional() }),
  startTraining: z.strictObject({
    datasetId: id,
    settings: settings.exactOptional(),
    seeds: z.array(within(ranges.seed)).min(1).max(mostSeeds).exactOptional(),
  }),
  resumeTraining: z.strictObject({ runId: id }),
}
