import { z } from 'zod'
import {
  categoryLosses,
  cellLosses,
  corruptionSchedules,
  learningRateSchedules,
  rowLosses,
  variationalScores,
} from '../choices.ts'
import {
  corruptionRanges,
  flavourRanges,
  hiddenLayers,
  hiddenNodes,
  type SettingRange,
  settingRanges,
} from '../settings.ts'

export const within = ({ from, to, whole }: SettingRange) => (whole ? z.int() : z.number()).min(from).max(to)
export const ranges = settingRanges
const layers = z.array(within(hiddenNodes)).min(hiddenLayers.from).max(hiddenLayers.to)
const variational = {
  beta: within(flavourRanges.beta),
  warmUpShare: within(flavourRanges.warmUpShare),
  score: z.enum(variationalScores),
  samples: within(flavourRanges.samples),
}
const weight = within(flavourRanges.weight)
const flavour = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('denoising') }),
  z.strictObject({ kind: z.literal('undercomplete') }),
  z.strictObject({ kind: z.literal('overcomplete') }),
  z.discriminatedUnion('penalty', [
    z.strictObject({ kind: z.literal('sparse'), penalty: z.literal('l1'), weight }),
    z.strictObject({
      kind: z.literal('sparse'),
      penalty: z.literal('kl'),
      weight,
      target: within(flavourRanges.target),
    }),
  ]),
  z.strictObject({ kind: z.literal('contractive'), weight }),
  z.strictObject({ kind: z.literal('variational'), ...variational }),
  z.strictObject({
    kind: z.literal('conditional'),
    context: z.array(z.string().max(10_000)).min(1).max(1_000),
    ...variational,
  }),
  z.strictObject({ kind: z.literal('linear') }),
  z.strictObject({ kind: z.literal('pca') }),
  z.strictObject({ kind: z.literal('stacked'), pretrainingShare: within(flavourRanges.pretrainingShare) }),
])
const rate = (kind: 'masking' | 'salt-and-pepper' | 'swap') =>
  z.strictObject({ kind: z.literal(kind), rate: within(corruptionRanges[kind]) })
const corruption = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('gaussian'), sigma: within(corruptionRanges.gaussian) }),
  rate('masking'),
  rate('salt-and-pepper'),
  rate('swap'),
])
/** Settings that a request may leave out, whole. */
export const settings = z.strictObject({
  seed: within(ranges.seed).exactOptional(),
  flavour: flavour.exactOptional(),
  corruption: corruption.exactOptional(),
  corruptionSchedule: z.enum(corruptionSchedules).exactOptional(),
  hidden: layers.exactOptional(),
  decoder: layers.nullable().exactOptional(),
  code: within(ranges.code).nullable().exactOptional(),
  copies: within(ranges.copies).nullable().exactOptional(),
  steps: within(ranges.steps).exactOptional(),
  batchRows: within(ranges.batchRows).nullable().exactOptional(),
  learningRate: within(ranges.learningRate).exactOptional(),
  learningRateSchedule: z.enum(learningRateSchedules).exactOptional(),
  gradientLimit: within(ranges.gradientLimit).nullable().exactOptional(),
  loss: z.enum(cellLosses).exactOptional(),
  categoryLoss: z.enum(categoryLosses).exactOptional(),
  rowLoss: z.enum(rowLosses).exactOptional(),
  keepShare: within(ranges.keepShare).exactOptional(),
  softClip: z.boolean().exactOptional(),
  validationShare: within(ranges.validationShare).exactOptional(),
  earlyStopping: within(ranges.earlyStopping).nullable().exactOptional(),
})
