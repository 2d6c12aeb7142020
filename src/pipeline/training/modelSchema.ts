import { z } from 'zod'
import { farthest } from '../features/scaling.ts'
import {
  cellLoss,
  corruption,
  corruptionSchedule,
  count,
  number,
  rowLoss,
  settingsSchema,
  shape,
  variational,
} from './settingsSchema.ts'

const place = z.number().int().nonnegative()
/** No encoded value lies farther out; a range of a single value reaches one further. */
const encoded = number.min(-farthest - 1).max(farthest + 1)

/** Defaults are what the first version, which had no such field, always did. */
const spec = z
  .strictObject({
    features: count,
    context: z.array(place).default([]),
    copies: count,
    layers: z.array(count).min(1).max(20),
    codeLayer: place.optional(),
    code: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('plain') }),
        z.strictObject({ kind: z.literal('l1'), weight: number }),
        z.strictObject({ kind: z.literal('kl'), weight: number, target: number }),
        z.strictObject({ kind: z.literal('contractive'), weight: number }),
        z.strictObject({ kind: z.literal('variational'), ...variational }),
      ])
      .default({ kind: 'plain' }),
    activation: z.enum(['silu', 'linear']),
    initialScales: z.array(number),
    inputDivisor: number.positive(),
    corruption,
    corruptionSchedule: corruptionSchedule.default('constant'),
    cellLoss: cellLoss.default('squared'),
    categories: z.array(z.strictObject({ from: place, to: place })).default([]),
    ranges: z
      .strictObject({ low: z.array(encoded), high: z.array(encoded) })
      .nullable()
      .default(null),
    rowLoss,
    trim: z.strictObject({ keepShare: number, warmUpShare: number }),
    optimiser: z.strictObject({
      beta1: number,
      beta2: number,
      epsilon: number,
      gradientLimit: number.nullable().default(null),
    }),
    schedule: z.strictObject({
      steps: count,
      pretrainingSteps: place.default(0),
      peakLearningRate: number,
      warmUpShare: number,
      shape: shape.default('cosine'),
    }),
    batchRows: count,
    seed: z.number().int(),
    hasMissing: z.boolean(),
  })
  // The first version's decoders all mirrored their encoder.
  .transform((read) => ({ ...read, codeLayer: read.codeLayer ?? (read.layers.length - 1) / 2 }))
  .refine(({ codeLayer, layers }) => Number.isInteger(codeLayer) && codeLayer < layers.length, {
    error: 'no code layer',
  })
  .refine(({ initialScales, layers }) => initialScales.length === layers.length + 1, {
    error: 'layers and scales differ',
  })
  .refine(({ context, features }) => isRising(context) && (context.at(-1) ?? 0) < features, {
    error: 'context outside of the features',
  })
  .refine(
    ({ categories, features }) =>
      categories.every(({ from, to }, index) => to > from && from >= (categories[index - 1]?.to ?? 0)) &&
      (categories.at(-1)?.to ?? 0) <= features,
    { error: 'categories outside of the features' },
  )
  .refine(
    ({ ranges, features }) =>
      ranges === null ||
      (ranges.low.length === features &&
        ranges.high.length === features &&
        ranges.low.every((low, feature) => low < (ranges.high[feature] ?? low))),
    { error: 'ranges do not fit the features' },
  )

const isRising = (places: readonly number[]) =>
  places.every((one, index) => index === 0 || one > (places[index - 1] ?? 0))

/** model.json: everything but the numbers. */
export const modelSchema = z.strictObject({
  format: z.literal('residual-model'),
  version: z.union([z.literal(1), z.literal(2)]),
  encoder: z.unknown(),
  settings: settingsSchema,
  spec,
  state: z.strictObject({ step: place, random: z.array(number) }),
  unfinished: z
    .strictObject({
      pending: z.strictObject({ steps: place, loss: number, squaredNorm: number }),
      best: z.strictObject({ step: count, loss: number, waited: place }).nullable(),
    })
    .nullable()
    .default(null),
  engine: z.string(),
  rows: count,
})
