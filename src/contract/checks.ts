import { z } from 'zod'
import type { Api, ApiMethod } from './api.ts'
import { Failure } from './failure.ts'
import { largestChunk } from './limits.ts'
import { corruptionRanges, hiddenLayers, hiddenNodes, type SettingRange, settingRanges } from './settings.ts'

const id = z.string().min(1).max(200)
const path = z.string().min(1).max(10_000)
const count = z
  .int()
  .min(0)
  .max(2 ** 31)
const none = z.strictObject({})

const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('path'), path }),
  z.strictObject({ kind: z.literal('upload'), uploadId: id }),
])

const dialect = z.strictObject({
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']).exactOptional(),
  delimiter: z.string().min(1).max(10).exactOptional(),
  quote: z.string().max(1).exactOptional(),
  hasHeader: z.boolean().exactOptional(),
  decimalMark: z.enum(['.', ',']).exactOptional(),
  skipLines: z.int().min(0).max(1_000_000).exactOptional(),
  missingMarks: z.array(z.string().max(1_000)).max(1_000).exactOptional(),
})

const choice = z.strictObject({
  type: z.enum(['number', 'category', 'date-time', 'text', 'identifier', 'constant']).exactOptional(),
  role: z.enum(['feature', 'label', 'identifier', 'ignored']).exactOptional(),
})

const columns = z
  .unknown()
  // Zod leaves this key out in silence; a choice that is dropped must be refused instead.
  .refine((value) => typeof value !== 'object' || value === null || !Object.hasOwn(value, '__proto__'), {
    error: 'a column named __proto__ cannot be addressed by name; rename it in the file',
  })
  .pipe(z.record(z.string().max(10_000), choice))
  .refine((value) => Object.keys(value).length <= 20_000, { error: 'at most 20,000 columns at a time' })

/** Rows `from`..`to`, exclusive. */
const window = { from: count, to: count }
const windowIsFair = ({ from, to }: { from: number; to: number }) => to >= from && to - from <= 1_000
const windowRule = { error: 'from..to must go forward and span at most 1,000 rows', path: ['to'] }

const within = ({ from, to, whole }: SettingRange) => (whole ? z.int() : z.number()).min(from).max(to)
const ranges = settingRanges
const settings = z.strictObject({
  seed: within(ranges.seed).exactOptional(),
  corruption: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('gaussian'), sigma: within(corruptionRanges.gaussian) }),
      z.strictObject({ kind: z.literal('masking'), rate: within(corruptionRanges.masking) }),
      z.strictObject({ kind: z.literal('swap'), rate: within(corruptionRanges.swap) }),
    ])
    .exactOptional(),
  hidden: z.array(within(hiddenNodes)).min(hiddenLayers.from).max(hiddenLayers.to).exactOptional(),
  code: within(ranges.code).nullable().exactOptional(),
  copies: within(ranges.copies).nullable().exactOptional(),
  steps: within(ranges.steps).exactOptional(),
  batchRows: within(ranges.batchRows).nullable().exactOptional(),
  learningRate: within(ranges.learningRate).exactOptional(),
  keepShare: within(ranges.keepShare).exactOptional(),
  validationShare: within(ranges.validationShare).exactOptional(),
})

const rule = z.enum(['manual', 'top-k', 'percentage', 'standard-deviation', 'mad', 'iqr', 'otsu'])

/** One check per call. Its keys are the allow-list: what is not named here cannot be called. */
const checks: { readonly [M in ApiMethod]: z.ZodType<Parameters<Api[M]>[0]> } = {
  readProject: none,
  beginUpload: z.strictObject({
    name: z.string().min(1).max(1_000),
    bytes: z
      .int()
      .min(0)
      .max(2 ** 50),
  }),
  appendUpload: z.strictObject({
    uploadId: id,
    chunk: z.instanceof(Uint8Array).refine((chunk) => chunk.byteLength <= largestChunk, {
      error: 'at most 8 MiB at a time',
    }),
  }),
  endUpload: z.strictObject({ uploadId: id }),
  previewImport: z.strictObject({ source, dialect: dialect.exactOptional() }),
  startImport: z.strictObject({
    source,
    dialect: dialect.exactOptional(),
    columns: columns.exactOptional(),
  }),
  startSampleImport: z.strictObject({ sampleId: id }),
  updateColumns: z.strictObject({ datasetId: id, columns }),
  readRows: z.strictObject({ datasetId: id, ...window }).refine(windowIsFair, windowRule),
  readIssues: z.strictObject({ datasetId: id, ...window }).refine(windowIsFair, windowRule),
  deleteDataset: z.strictObject({ datasetId: id }),
  planTraining: z.strictObject({ datasetId: id }),
  startTraining: z.strictObject({ datasetId: id, settings: settings.exactOptional() }),
  cancelJob: z.strictObject({ jobId: id }),
  listJobs: none,
  readRun: z.strictObject({ runId: id }),
  readScores: z.strictObject({ runId: id }),
  readEvaluation: z.strictObject({ runId: id }),
  setThreshold: z.strictObject({ runId: id, rule, value: z.number().nullable() }),
  readRankedRows: z.strictObject({ runId: id, ...window }).refine(windowIsFair, windowRule),
  explainRow: z.strictObject({ runId: id, row: count }),
  deleteRun: z.strictObject({ runId: id }),
  startExport: z.strictObject({
    runId: id,
    rows: z.enum(['flagged', 'all']),
    neutraliseFormulas: z.boolean(),
    path: path.exactOptional(),
  }),
}

/** Whether a name is a call of the contract; inherited names such as `constructor` are not. */
export const isApiMethod = (name: string): name is ApiMethod => Object.hasOwn(checks, name)

/**
 * A call's input, unknown until here, as what the call takes; fields that are undefined count as left out.
 * Throws a `bad-request` Failure that names each field at fault.
 */
export function checkInput<M extends ApiMethod>(method: M, input: unknown): Parameters<Api[M]>[0] {
  const result = checks[method].safeParse(withoutUndefined(input))
  if (result.success) return result.data
  const faults = result.error.issues.slice(0, 5).map((issue) => {
    const field = issue.path.map(String).join('.')
    return field === '' ? issue.message : `${field}: ${issue.message}`
  })
  const field = result.error.issues[0]?.path.map(String).join('.') ?? ''
  throw new Failure('bad-request', `${method} was called wrongly. ${faults.join('; ')}.`, { method, field })
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  const kept = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutUndefined(field)]))
}
