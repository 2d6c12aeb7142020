import { describe, expect, it } from 'vitest'
import { combinationProblems, type TableFacts } from '../../src/contract/combinations.ts'
import { autoFlavours } from '../../src/contract/flavours.ts'
import type { TrainingSettings } from '../../src/contract/records.ts'
import { flavourKinds } from '../../src/contract/settings.ts'
import { autoFor } from '../../src/pipeline/model/auto.ts'

const table: TableFacts = {
  rows: 5000,
  features: 12,
  columns: ['machine', 'load', 'heat'],
  categories: ['machine'],
}
const conditional = { ...autoFlavours.conditional, context: ['machine'] }
const of = (kind: TrainingSettings['flavour']['kind'], other: Partial<TrainingSettings> = {}) => ({
  ...autoFor(kind),
  ...(kind === 'conditional' ? { flavour: conditional } : {}),
  ...other,
})

describe('combinationProblems', () => {
  it.each(flavourKinds)('finds nothing wrong with what Auto chooses for %s', (kind) => {
    expect(combinationProblems(of(kind), table)).toEqual([])
    expect(combinationProblems(of(kind), null)).toEqual([])
  })

  it('asks for the context of a conditional autoencoder, which only a person can choose', () => {
    const [problem] = combinationProblems(autoFor('conditional'), table)
    expect(problem).toMatchObject({
      settings: ['flavour'],
      message: expect.stringContaining('needs its context'),
    })
  })

  const none = { kind: 'none' } as const
  const gaussian = { kind: 'gaussian', sigma: 1 } as const
  const inContext = (...context: string[]) => of('conditional', { flavour: { ...conditional, context } })
  it.each<[string, TrainingSettings, string]>([
    ['corruption', of('denoising', { corruption: none }), 'needs a corruption'],
    ['corruption', of('denoising', { corruption: { kind: 'gaussian', sigma: 0 } }), 'Raise the level'],
    ['corruption', of('denoising', { corruption: { kind: 'swap', rate: 0 } }), 'Raise the level'],
    ['corruption', of('overcomplete', { corruption: { kind: 'masking', rate: 0 } }), 'raise the level'],
    ['code', of('undercomplete', { code: 12 }), 'A code of 12 nodes can copy the 12 inputs'],
    ['code', of('linear', { code: 13 }), 'fewer nodes than inputs'],
    ['code', of('pca', { code: 12 }), 'fewer nodes than inputs'],
    ['code', of('overcomplete', { code: 12 }), 'more nodes than the table has inputs (12)'],
    ['corruption', of('overcomplete', { corruption: none }), 'copy every row'],
    ['hidden', of('linear', { hidden: [8] }), 'hidden layers out'],
    ['hidden', of('pca', { decoder: [8] }), 'hidden layers out'],
    ['loss', of('linear', { loss: 'gaussian-likelihood' }), 'not linear any more'],
    ['loss', of('pca', { loss: 'absolute' }), 'squared loss'],
    ['corruption', of('pca', { corruption: gaussian }), 'no corruption'],
    ['copies', of('pca', { copies: 2 }), 'one copy'],
    ['categoryLoss', of('linear', { categoryLoss: 'softmax' }), 'no softmax'],
    ['earlyStopping', of('pca', { earlyStopping: 5 }), 'Turn early stopping off'],
    ['gradientLimit', of('pca', { gradientLimit: 1 }), 'Turn its limit off'],
    ['earlyStopping', of('denoising', { earlyStopping: 5, validationShare: 0 }), 'Raise the share'],
    [
      'earlyStopping',
      of('denoising', { earlyStopping: 5, corruptionSchedule: 'rising' }),
      'Keep the corruption constant',
    ],
    ['hidden', of('stacked', { hidden: [] }), 'Add a hidden layer'],
    ['decoder', of('stacked', { hidden: [16, 8], decoder: [16, 8] }), 'mirror the encoder'],
    ['steps', of('stacked', { steps: 5 }), 'Too few steps to pretrain 3 layers'],
    ['flavour', inContext('machine', 'place'), '"place" is not among'],
    ['flavour', inContext('machine', 'load', 'heat'), 'none is left to judge'],
  ])('refuses %s that does not go with the rest', (setting, settings, words) => {
    const problems = combinationProblems(settings, table)
    expect(problems.map((problem) => problem.settings[0])).toContain(setting)
    expect(problems.map((problem) => problem.message).join(' ')).toContain(words)
  })

  it('allows the nearest combination that can be trained', () => {
    const allowed = [
      of('undercomplete', { code: 11 }),
      of('overcomplete', { code: 13 }),
      of('linear', { loss: 'huber', corruption: gaussian }),
      of('stacked', { hidden: [16, 8], decoder: [8, 16] }),
      of('denoising', { hidden: [16, 8], decoder: [4], corruptionSchedule: 'rising' }),
      of('undercomplete', { earlyStopping: 5, corruptionSchedule: 'rising' }),
      of('denoising', { categoryLoss: 'softmax' }),
      inContext('machine', 'load'),
    ]
    for (const settings of allowed) expect(combinationProblems(settings, table)).toEqual([])
  })

  it('judges by the table what only the table can say', () => {
    const stopping = of('denoising', { earlyStopping: 5 })
    expect(combinationProblems(stopping, null)).toEqual([])
    expect(combinationProblems(stopping, { ...table, rows: 499 })).toMatchObject([
      { message: expect.stringContaining('a table of 499 rows has none to spare') },
    ])
    const softmax = of('denoising', { categoryLoss: 'softmax' })
    expect(combinationProblems(softmax, { ...table, categories: [] })).toMatchObject([
      { settings: ['categoryLoss'], message: expect.stringContaining('No column that is judged') },
    ])
    const ofContextOnly = of('conditional', { categoryLoss: 'softmax' })
    expect(combinationProblems(ofContextOnly, table)).toHaveLength(1)
    const single = { ...table, features: 1 }
    expect(combinationProblems(of('undercomplete', { code: 1 }), single)).toMatchObject([
      { message: expect.stringContaining('at least two inputs') },
    ])
    expect(combinationProblems(of('undercomplete', { code: 12 }), null)).toEqual([])
  })

  it('refuses more principal components of a wide table than can be computed, and names how many can', () => {
    const wide = { ...table, features: 600 }
    expect(combinationProblems(of('pca', { code: 101 }), wide)).toMatchObject([
      { settings: ['code', 'flavour'], message: expect.stringMatching(/600 inputs.* 100 nodes or fewer/) },
    ])
    expect(combinationProblems(of('pca', { code: 100 }), wide)).toEqual([])
    expect(combinationProblems(of('pca', { code: 255 }), { ...table, features: 256 })).toEqual([])
  })
})
