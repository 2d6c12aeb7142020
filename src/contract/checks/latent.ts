import { z } from 'zod'
import type { LatentCalls } from '../calls/latent.ts'
import { type Checks, count, id } from './fields.ts'
import { ranges, within } from './settings.ts'

export const latentChecks: Checks<LatentCalls> = {
  startLatentMap: z.strictObject({ runId: id }),
  readLatentMap: z.strictObject({ runId: id }),
  readNeighbours: z.strictObject({ runId: id, row: count, count: z.int().min(1).max(100) }),
  decodeCodes: z.strictObject({
    runId: id,
    codes: z.array(z.array(z.number()).min(1).max(4096)).min(1).max(1_000),
    likeRow: count.exactOptional(),
  }),
  generateRows: z.strictObject({
    runId: id,
    count: z.int().min(1).max(1_000),
    seed: within(ranges.seed),
    likeRow: count.exactOptional(),
  }),
  interpolateRows: z.strictObject({ runId: id, from: count, to: count, steps: z.int().min(2).max(100) }),
}
