import { createHash, type Hash } from 'node:crypto'
import { z } from 'zod'
import { bytesOf } from '../../contract/bytes.ts'
import type { Threshold, TrainingSettings } from '../../contract/records.ts'
import { inBlocks } from '../../engine/blocks.ts'
import { type Reference, referenceSchema } from '../scoring/reference.ts'
import { thresholdFields } from '../threshold/fields.ts'
import type { TrainedModel } from '../training/trainedModel.ts'

/** Everything that a model file holds: what scores rows, where the line is drawn, and where it comes from. */
export interface ModelFile {
  /** Without the optimiser's memory: a model from a file is not trained on. */
  readonly model: TrainedModel
  readonly threshold: Threshold
  /** Name that a person reads. */
  readonly name: string
  /** ISO 8601. */
  readonly trainedAt: string
  /** Version of Residual. */
  readonly writtenBy: string
  /** See `trainingHash`. */
  readonly trainingHash: string
  /** What the training rows looked like; null for runs that kept none. */
  readonly reference: Reference | null
}

/** Largest file that is written or read, in bytes. */
export const largestFile = 512 * 2 ** 20
/** Longest text of the metadata, in bytes. */
export const longestText = 32 * 2 ** 20

/** Names of the texts in the file's metadata. */
export const metadataNames = {
  format: 'residual.format',
  name: 'residual.name',
  trainedAt: 'residual.trained_at',
  writtenBy: 'residual.version',
  trainingHash: 'residual.training_hash',
  columns: 'residual.columns',
  threshold: 'residual.threshold',
  reference: 'residual.reference',
  model: 'residual.model',
  checksum: 'residual.checksum',
} as const

export const formatVersion = '1'

const text = z.string().max(10_000)

/** The texts as they are read; `columns` repeats for people what `model` says. */
export const aboutSchema = z.object({
  [metadataNames.format]: z.literal(formatVersion),
  [metadataNames.name]: text,
  [metadataNames.trainedAt]: z.iso.datetime({ offset: true }),
  [metadataNames.writtenBy]: text,
  [metadataNames.trainingHash]: z.string().regex(/^[0-9a-f]{64}$/),
  [metadataNames.threshold]: z.string(),
  [metadataNames.reference]: z.string(),
  [metadataNames.model]: z.string(),
  [metadataNames.checksum]: z.string(),
})

export const thresholdSchema = z.strictObject(thresholdFields)

export const nullableReferenceSchema = referenceSchema.nullable()

/**
 * SHA-256, in hexadecimal, over what a training started from and what it came to.
 * @param dataHash SHA-256 of the imported file
 */
export async function trainingHash(training: {
  readonly dataHash: string
  readonly settings: TrainingSettings
  readonly weights: Float32Array
  readonly signal?: AbortSignal
}): Promise<string> {
  const { dataHash, settings, weights, signal } = training
  const hash = createHash('sha256').update(dataHash).update('\n')
  hash.update(sortedJson(settings)).update('\n')
  return withWeights(hash, weights, signal)
}

/** SHA-256 over all texts but the checksum itself, and the weights: a file that was damaged on its way is noticed. */
export async function checksumOf(
  metadata: ReadonlyMap<string, string>,
  weights: Float32Array,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256')
  const texts = [...metadata].filter(([name]) => name !== metadataNames.checksum)
  for (const [name, text] of texts.sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(JSON.stringify([name, text]))
  return withWeights(hash, weights, signal)
}

/** The digest after the weights, which may be many millions: other calls pass in between. */
async function withWeights(
  hash: Hash,
  weights: Float32Array,
  signal: AbortSignal | undefined,
): Promise<string> {
  const add = (from: number, to: number) => void hash.update(bytesOf(weights.subarray(from, to)))
  await inBlocks(weights.length, add, { signal })
  return hash.digest('hex')
}

/** JSON that does not depend on the order in which keys were written. */
const sortedJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
