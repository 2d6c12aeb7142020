import { z } from 'zod'
import type { Api, ApiMethod } from './api.ts'
import {
  categoryLosses,
  cellLosses,
  columnTypes,
  corruptionSchedules,
  learningRateSchedules,
  modelFormats,
  rowLosses,
  thresholdRules,
  variationalScores,
} from './choices.ts'
import { Failure } from './failure.ts'
import { largestChunk } from './limits.ts'
import type { TrainingSettings } from './records.ts'
import {
  corruptionRanges,
  flavourRanges,
  hiddenLayers,
  hiddenNodes,
  mostSeeds,
  type SettingRange,
  settingRanges,
} from './settings.ts'

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
  type: z.enum(columnTypes).exactOptional(),
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
const settings = z.strictObject({
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
  planTraining: z.strictObject({ datasetId: id, settings: settings.exactOptional() }),
  estimateTraining: z.strictObject({ datasetId: id, settings: settings.exactOptional() }),
  startTraining: z.strictObject({
    datasetId: id,
    settings: settings.exactOptional(),
    seeds: z.array(within(ranges.seed)).min(1).max(mostSeeds).exactOptional(),
  }),
  resumeTraining: z.strictObject({ runId: id }),
  cancelJob: z.strictObject({ jobId: id }),
  listJobs: none,
  readRun: z.strictObject({ runId: id }),
  readScores: z.strictObject({ runId: id }),
  readEvaluation: z.strictObject({ runId: id }),
  setThreshold: z.strictObject({ runId: id, rule: z.enum(thresholdRules), value: z.number().nullable() }),
  readRankedRows: z.strictObject({ runId: id, ...window }).refine(windowIsFair, windowRule),
  explainRow: z.strictObject({ runId: id, row: count }),
  deleteRun: z.strictObject({ runId: id }),
  startExport: z.strictObject({
    runId: id,
    rows: z.enum(['flagged', 'all']),
    codes: z.boolean().exactOptional(),
    neutraliseFormulas: z.boolean(),
    path: path.exactOptional(),
  }),
  openModel: z.strictObject({ source }),
  deleteModel: z.strictObject({ modelId: id }),
  startScoring: z.strictObject({
    model: z.union([z.strictObject({ runId: id }), z.strictObject({ modelId: id })]),
    data: z.union([
      z.strictObject({ datasetId: id }),
      z.strictObject({ source, dialect: dialect.exactOptional() }),
    ]),
  }),
  startModelExport: z.strictObject({
    runId: id,
    format: z.enum(modelFormats),
    path: path.exactOptional(),
  }),
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

/** Whether a name is a call of the contract; inherited names such as `constructor` are not. */
export const isApiMethod = (name: string): name is ApiMethod => Object.hasOwn(checks, name)

/**
 * A call's input, unknown until here, as what the call takes; fields that are undefined count as left out.
 * Throws a `bad-request` Failure that names each field at fault.
 */
export function checkInput<M extends ApiMethod>(method: M, input: unknown): Parameters<Api[M]>[0] {
  const result = checks[method].safeParse(withoutUndefined(input))
  if (result.success) return result.data
  const field = result.error.issues[0]?.path.map(String).join('.') ?? ''
  throw new Failure('bad-request', `${method} was called wrongly. ${faultsOf(result.error)}.`, {
    method,
    field,
  })
}

/** Names of all training settings. */
export const settingNames: readonly string[] = Object.keys(settings.shape)

/** What training settings may be, for people to be told. */
export const settingsJsonSchema = () => z.toJSONSchema(settings)

/**
 * Training settings, unknown until here. Throws a `bad-request` Failure that names each setting at fault; the first is
 * `field` of its details.
 */
export function checkSettingsInput(input: unknown): Partial<TrainingSettings> {
  const result = settings.safeParse(withoutUndefined(input))
  if (result.success) return result.data
  const field = result.error.issues[0]?.path.map(String).join('.') ?? ''
  throw new Failure('bad-request', `The training settings cannot be used: ${faultsOf(result.error)}.`, {
    field,
  })
}

function faultsOf({ issues }: z.ZodError): string {
  const faults = issues.slice(0, 5).map((issue) => {
    const field = issue.path.map(String).join('.')
    return field === '' ? issue.message : `${field}: ${issue.message}`
  })
  return faults.join('; ')
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  const kept = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutUndefined(field)]))
}
