import { z } from 'zod'
import {
  categoryLosses,
  cellLosses,
  corruptionSchedules,
  learningRateSchedules,
  rowLosses,
  variationalScores,
} from '../../contract/choices.ts'

export const number = z.number()
const rate = (kind: 'masking' | 'salt-and-pepper' | 'swap') =>
  z.strictObject({ kind: z.literal(kind), rate: number })
export const corruption = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('gaussian'), sigma: number }),
  rate('masking'),
  rate('salt-and-pepper'),
  rate('swap'),
])
export const count = z.number().int().positive()
export const variational = {
  beta: number,
  warmUpShare: number,
  score: z.enum(variationalScores),
  samples: count,
}
const l1 = { penalty: z.literal('l1'), weight: number }
const kl = { penalty: z.literal('kl'), weight: number, target: number }
const flavour = z.union([
  z.strictObject({ kind: z.enum(['denoising', 'undercomplete', 'overcomplete', 'linear', 'pca']) }),
  z.strictObject({ kind: z.literal('sparse'), ...l1 }),
  z.strictObject({ kind: z.literal('sparse'), ...kl }),
  z.strictObject({ kind: z.literal('contractive'), weight: number }),
  z.strictObject({ kind: z.literal('variational'), ...variational }),
  z.strictObject({ kind: z.literal('conditional'), context: z.array(z.string()), ...variational }),
  z.strictObject({ kind: z.literal('stacked'), pretrainingShare: number }),
])
export const corruptionSchedule = z.enum(corruptionSchedules)
export const cellLoss = z.enum(cellLosses)
export const rowLoss = z.enum(rowLosses)
export const shape = z.enum(learningRateSchedules)

/**
 * Settings as they are kept in files, with the model and with the run's record. Defaults are what the first version,
 * which had no such setting, always did.
 */
export const settingsSchema = z.strictObject({
  seed: z.number().int().nonnegative(),
  flavour: flavour.default({ kind: 'denoising' }),
  corruption,
  corruptionSchedule: corruptionSchedule.default('constant'),
  hidden: z.array(count),
  decoder: z.array(count).nullable().default(null),
  code: count.nullable(),
  copies: count.nullable(),
  steps: count,
  batchRows: count.nullable(),
  learningRate: number,
  learningRateSchedule: shape.default('cosine'),
  gradientLimit: number.nullable().default(null),
  loss: cellLoss.default('squared'),
  categoryLoss: z.enum(categoryLosses).default('same'),
  rowLoss: rowLoss.default('log1p'),
  keepShare: number,
  softClip: z.boolean().default(true),
  validationShare: number,
  earlyStopping: count.nullable().default(null),
})
