import { z } from 'zod'
import { thresholdRules } from '../../contract/choices.ts'

/** A threshold as it is kept in files. */
export const thresholdFields = {
  rule: z.enum(thresholdRules),
  value: z.number().nullable(),
  cut: z.number(),
  flagged: z.int().nonnegative(),
}
