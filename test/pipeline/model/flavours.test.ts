import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkInput } from '../../../src/contract/checks.ts'
import { Failure } from '../../../src/contract/failure.ts'
import { autoFlavours } from '../../../src/contract/flavours.ts'
import type { TrainingSettings } from '../../../src/contract/records.ts'
import { flavourKinds } from '../../../src/contract/settings.ts'
import type { Matrix } from '../../../src/engine/engine.ts'
import { denseLayout } from '../../../src/engine/program/layout.ts'
import { featureCount } from '../../../src/pipeline/features/encoder.ts'
import { fitEncoder } from '../../../src/pipeline/features/fit.ts'
import { chosenSettings, planModel, withRows } from '../../../src/pipeline/model/plan.ts'
import { settingsSchema } from '../../../src/pipeline/training/settingsSchema.ts'
import { parseModel, serialiseModel } from '../../../src/pipeline/training/trainedModel.ts'
import { arrayTable } from '../../support/arrayTable.ts'

const rows = 600
const at = (cell: (row: number) => number | string | null) =>
  Array.from({ length: rows }, (_, row) => cell(row))
/** Features: machine 0-2 (three levels), load 3, load is missing 4, heat 5, state 6-7, drift 8. */
const table = arrayTable([
  { name: 'machine', cells: at((row) => 'abc'[row % 3] ?? 'a') },
  { name: 'load', cells: at((row) => (row % 9 === 0 ? null : row)) },
  { name: 'heat', cells: at((row) => Math.sin(row)) },
  { name: 'state', cells: at((row) => (row % 5 === 0 ? 'on' : 'off')) },
  { name: 'drift', cells: at((row) => Math.cos(row)) },
])
const encoder = await fitEncoder({ table, signal: new AbortController().signal })
const features = featureCount(encoder)
const plan = (settings: Partial<TrainingSettings>) =>
  planModel({ settings, rows, features, hasMissing: false, encoder })
const conditional = { ...autoFlavours.conditional, context: ['machine', 'load'] }
const flavourOf = (kind: TrainingSettings['flavour']['kind']) =>
  kind === 'conditional' ? conditional : autoFlavours[kind]

describe('planModel', () => {
  it('reads the features of this table', () => expect(features).toBe(9))

  it.each(flavourKinds)('has settings for %s alone that leave nothing open', (kind) => {
    const { settings, spec, trainableParameters } = plan({ flavour: flavourOf(kind) })
    expect([settings.code, settings.copies, settings.batchRows]).not.toContain(null)
    expect(checkInput('startTraining', { datasetId: 'd', settings }).settings).toEqual(settings)
    expect(settingsSchema.parse(JSON.parse(JSON.stringify(settings)))).toEqual(settings)
    // What was resolved is planned again to the same.
    expect(plan(settings)).toEqual({ settings, spec, trainableParameters })
    expect(spec.layers[spec.codeLayer]).toBe(settings.code)
    expect(trainableParameters).toBe(denseLayout(spec).size)
  })

  it('trains robustly unless told otherwise', () => {
    for (const kind of flavourKinds) {
      expect(chosenSettings({ flavour: flavourOf(kind) })).toMatchObject({ keepShare: 0.65, softClip: true })
    }
    expect(chosenSettings({}).rowLoss).toBe('log1p')
  })

  it('keeps the defaults that were measured', () => {
    expect(chosenSettings({})).toEqual({
      seed: 1,
      flavour: { kind: 'denoising' },
      corruption: { kind: 'gaussian', sigma: 3 },
      corruptionSchedule: 'constant',
      hidden: [64],
      decoder: null,
      code: null,
      copies: null,
      steps: 400,
      batchRows: null,
      learningRate: 3e-3,
      learningRateSchedule: 'cosine',
      gradientLimit: null,
      loss: 'squared',
      categoryLoss: 'same',
      rowLoss: 'log1p',
      keepShare: 0.65,
      softClip: true,
      validationShare: 0.1,
      earlyStopping: null,
    })
  })

  it('gives every flavour its code and its layers', () => {
    const specOf = (settings: Partial<TrainingSettings>) => plan(settings).spec
    expect(specOf({ flavour: autoFlavours.sparse }).code).toEqual({
      kind: 'l1',
      weight: autoFlavours.sparse.weight,
    })
    expect(specOf({ flavour: { kind: 'sparse', penalty: 'kl', weight: 2, target: 0.1 } }).code).toEqual({
      kind: 'kl',
      weight: 2,
      target: 0.1,
    })
    expect(specOf({ flavour: { kind: 'contractive', weight: 3 } }).code).toEqual({
      kind: 'contractive',
      weight: 3,
    })
    const { context: _context, kind: _kind, ...numbers } = conditional
    expect(specOf({ flavour: conditional }).code).toEqual({ kind: 'variational', ...numbers })
    expect(specOf({ flavour: autoFlavours.linear })).toMatchObject({ activation: 'linear', codeLayer: 0 })
    expect(specOf({ flavour: autoFlavours.pca })).toMatchObject({
      activation: 'linear',
      copies: 1,
      codeLayer: 0,
    })
    expect(specOf({ flavour: autoFlavours.pca }).layers).toHaveLength(1)
    expect(specOf({ flavour: autoFlavours.overcomplete }).layers.some((nodes) => nodes > features)).toBe(true)
    expect(specOf({ flavour: autoFlavours.undercomplete }).layers[1]).toBeLessThan(features)
    const stacked = { kind: 'stacked', pretrainingShare: 0.25 } as const
    expect(specOf({ flavour: stacked, steps: 200 }).schedule).toMatchObject({
      steps: 200,
      pretrainingSteps: 50,
    })
  })

  it('takes a decoder of its own', () => {
    const { spec } = plan({ hidden: [32, 16], code: 3, decoder: [20] })
    expect([spec.layers, spec.codeLayer]).toEqual([[32, 16, 3, 20], 2])
    expect(spec.initialScales).toEqual([1, 1.96, 1.96, 1.96, 0.01])
    expect(plan({ hidden: [32], code: 3, decoder: [] }).spec.layers).toEqual([32, 3])
  })

  it('gives all features of a context column as context', () => {
    expect(plan({ flavour: conditional }).spec.context).toEqual([0, 1, 2, 3, 4])
    expect(plan({}).spec.context).toEqual([])
  })

  it('makes blocks of the categories that are judged', () => {
    const both = [
      { from: 0, to: 3 },
      { from: 6, to: 8 },
    ]
    expect(plan({ categoryLoss: 'softmax' }).spec.categories).toEqual(both)
    expect(plan({ categoryLoss: 'softmax', flavour: conditional }).spec.categories).toEqual(both.slice(1))
    expect(plan({}).spec.categories).toEqual([])
  })

  it('refuses columns and sizes that do not go with the flavour, by the table', () => {
    const refused = (settings: Partial<TrainingSettings>, setting: string) => {
      expect(() => plan(settings)).toThrow(
        expect.objectContaining({ code: 'bad-request', details: { setting } }),
      )
    }
    refused({ flavour: { ...conditional, context: ['place'] } }, 'flavour')
    refused({ flavour: autoFlavours.undercomplete, code: 9 }, 'code')
    refused({ flavour: autoFlavours.overcomplete, code: 9 }, 'code')
    expect(() =>
      planModel({ settings: { categoryLoss: 'softmax' }, rows, features: 9, hasMissing: false }),
    ).toThrow('has categories')
    const few = { settings: { earlyStopping: 3 }, rows: 100, features: 9, hasMissing: false }
    expect(() => planModel(few)).toThrow('none to spare')
  })

  it('gives a code for every number of features, or says why not', () => {
    for (const kind of flavourKinds.filter((one) => one !== 'conditional')) {
      for (const count of [1, 2, 3, 10, 200, 201, 3000]) {
        const planned = () =>
          planModel({ settings: { flavour: autoFlavours[kind] }, rows, features: count, hasMissing: false })
        const isNarrow = kind === 'undercomplete' || kind === 'linear' || kind === 'pca'
        if (count === 1 && isNarrow) expect(planned).toThrow('at least two inputs')
        else planned()
      }
    }
  })
})

describe('withRows', () => {
  const matrix: Matrix = { rows: 3, columns: 2, values: Float32Array.of(1, 5, Number.NaN, 5, -2, 5) }

  it('says what values the features take, where a loss or a corruption asks', async () => {
    const { spec } = planModel({ rows: 3, features: 2, hasMissing: false })
    expect(await withRows(spec, matrix)).toEqual({ ...spec, hasMissing: true })
    const ranges = { low: [-2, 5], high: [1, 6] }
    expect((await withRows({ ...spec, cellLoss: 'binary-cross-entropy' }, matrix)).ranges).toEqual(ranges)
    expect(
      (await withRows({ ...spec, corruption: { kind: 'salt-and-pepper', rate: 0.1 } }, matrix)).ranges,
    ).toEqual(ranges)
    expect((await withRows({ ...spec, categories: [{ from: 0, to: 2 }] }, matrix)).ranges).toEqual(ranges)
  })

  it('takes a feature that is always missing', async () => {
    const missing = { rows: 2, columns: 1, values: Float32Array.of(Number.NaN, Number.NaN) }
    const { spec } = planModel({ rows: 2, features: 1, hasMissing: false })
    expect((await withRows({ ...spec, cellLoss: 'binary-cross-entropy' }, missing)).ranges).toEqual({
      low: [0],
      high: [1],
    })
  })
})

const share = (from: number, to: number) => fc.double({ min: from, max: to, noNaN: true })
const whole = (from: number, to: number) => fc.integer({ min: from, max: to })
const corruption = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  share(0, 10).map((sigma) => ({ kind: 'gaussian' as const, sigma })),
  fc.record({
    kind: fc.constantFrom('masking' as const, 'salt-and-pepper' as const, 'swap' as const),
    rate: share(0, 0.95),
  }),
)
const anySettings: fc.Arbitrary<Partial<TrainingSettings>> = fc.record(
  {
    flavour: fc.constantFrom(...flavourKinds).map(flavourOf),
    corruption,
    corruptionSchedule: fc.constantFrom('constant' as const, 'rising' as const, 'falling' as const),
    hidden: fc.array(whole(1, 40), { maxLength: 6 }),
    decoder: fc.option(fc.array(whole(1, 40), { maxLength: 6 })),
    code: fc.option(whole(1, 40)),
    copies: fc.option(whole(1, 8)),
    steps: whole(1, 5000),
    batchRows: fc.option(whole(1, 1000)),
    gradientLimit: fc.option(share(1e-6, 1e6)),
    loss: fc.constantFrom('squared' as const, 'absolute' as const, 'binary-cross-entropy' as const),
    categoryLoss: fc.constantFrom('same' as const, 'softmax' as const),
    keepShare: share(0.05, 1),
    validationShare: share(0, 0.5),
    earlyStopping: fc.option(whole(1, 1000)),
  },
  { requiredKeys: [] },
)

it('plans any settings or says why not, and keeps what it planned', async () => {
  let planned = 0
  await fc.assert(
    fc.asyncProperty(anySettings, async (settings) => {
      try {
        const made = plan(settings)
        planned++
        const matrix = { rows: 1, columns: features, values: new Float32Array(features) }
        const spec = await withRows(made.spec, matrix)
        const { size } = denseLayout(spec)
        const numbers = new Float32Array(size)
        const state = { step: 0, weights: numbers, firstMoment: numbers, secondMoment: numbers, random: [1] }
        const model = {
          encoder,
          settings: made.settings,
          spec,
          state,
          unfinished: null,
          engine: 'onnx',
          rows,
        }
        expect(await parseModel(await serialiseModel(model))).toEqual(model)
      } catch (thrown) {
        if (!(thrown instanceof Failure)) throw thrown
        expect(thrown.code).toBe('bad-request')
        expect(thrown.message).toMatch(/\.$/)
      }
    }),
    { numRuns: 100 },
  )
  expect(planned).toBeGreaterThan(5)
})
