import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flavourNumbers } from '../../../renderer/stages/train/flavourFields.ts'
import { flavours } from '../../../renderer/stages/train/flavourWords.ts'
import { groupSummaries } from '../../../renderer/stages/train/groupWords.ts'
import { layersOf, nodesAfterKey, nodesBetween } from '../../../renderer/stages/train/layers.ts'
import { sortRuns } from '../../../renderer/stages/train/runColumns.ts'
import { differencesOf } from '../../../renderer/stages/train/settingWords.ts'
import { autoFlavours } from '../../../src/contract/flavours.ts'
import { hiddenNodes } from '../../../src/contract/settings.ts'
import { run, scoredWith } from '../records.ts'

const { settings } = run()

describe('the drawing of a network', () => {
  const drawn = (layers: Parameters<typeof layersOf>[1]) =>
    layersOf(9, layers).map(({ part, index, nodes }) => `${part} ${index}: ${nodes}`)

  it('mirrors the encoder', () => {
    expect(drawn({ hidden: [6, 4], decoder: null, code: 2 })).toEqual([
      'input 0: 9',
      'hidden 0: 6',
      'hidden 1: 4',
      'code 0: 2',
      'mirrored 0: 4',
      'mirrored 1: 6',
      'output 0: 9',
    ])
  })

  it('has a decoder of its own, which may be without layers', () => {
    expect(drawn({ hidden: [6], decoder: [3, 5], code: 2 }).slice(3, 5)).toEqual([
      'decoder 0: 3',
      'decoder 1: 5',
    ])
    expect(drawn({ hidden: [6], decoder: [], code: 2 })).toHaveLength(4)
  })

  it('stays within the nodes that a layer may have, whatever key is pressed', () => {
    const key = fc.constantFrom('ArrowUp', 'ArrowDown', 'PageUp', 'PageDown')
    fc.assert(
      fc.property(
        fc.integer({ min: hiddenNodes.from, max: hiddenNodes.to }),
        key,
        fc.boolean(),
        (nodes, pressed, shiftKey) => {
          const next = nodesAfterKey(nodes, { key: pressed, shiftKey }) ?? Number.NaN
          expect(Number.isInteger(next) && next >= hiddenNodes.from && next <= hiddenNodes.to).toBe(true)
        },
      ),
    )
    expect(nodesAfterKey(5, { key: 'Tab', shiftKey: false })).toBeNull()
    expect(nodesAfterKey(64, { key: 'ArrowDown', shiftKey: true })).toBe(54)
    expect(nodesAfterKey(64, { key: 'PageUp', shiftKey: false })).toBe(128)
  })

  it('puts a new layer halfway by proportion', () => {
    expect([nodesBetween(64, 4), nodesBetween(1, 1), nodesBetween(100_000, 100_000)]).toEqual([16, 1, 4096])
  })
})

describe('kinds of autoencoders', () => {
  it('begin with the one that Auto chooses, and each has a sentence of its own', () => {
    expect(flavours[0]?.kind).toBe('denoising')
    expect(new Set(flavours.map(({ sentence }) => sentence)).size).toBe(flavours.length)
  })

  it('show every number of theirs that has a meaning', () => {
    const fields = (flavour: Parameters<typeof flavourNumbers>[0]) =>
      flavourNumbers(flavour).map(({ field }) => field)
    expect(fields(autoFlavours.variational)).toEqual(['beta', 'warmUpShare'])
    expect(fields({ ...autoFlavours.variational, score: 'elbo' })).toEqual(['beta', 'warmUpShare', 'samples'])
    expect(fields({ kind: 'sparse', penalty: 'kl', weight: 1, target: 0.2 })).toEqual(['weight', 'target'])
    expect(fields(autoFlavours.stacked)).toEqual(['pretrainingShare'])
    expect(fields(autoFlavours.denoising)).toEqual([])
  })
})

describe('groups of settings in a line', () => {
  it('say how the settings stand', () => {
    expect(groupSummaries(settings, null)).toEqual({
      noise: 'Gaussian noise, 3 × spread',
      loss: 'Squared, best 60\u00a0% of rows, soft clip',
      optimiser: '400 steps of 4 rows, rate 0.003',
      control: 'seed 1, 4 copies, 10\u00a0% held out',
    })
    const others = {
      ...settings,
      corruption: { kind: 'masking', rate: 0.25 },
      corruptionSchedule: 'rising',
      loss: 'log-cosh',
      keepShare: 1,
      softClip: false,
      validationShare: 0,
      copies: 1,
      earlyStopping: 5,
    } as const
    expect(groupSummaries(others, [1, 2])).toEqual({
      noise: 'Masking, 25\u00a0%, rising',
      loss: 'Log-cosh, all rows',
      optimiser: '400 steps of 4 rows, rate 0.003',
      control: '2 seeds, 1 copy, early stopping',
    })
  })
})

describe('what differs between runs', () => {
  it('names only settings that are not the same in all', () => {
    const one = run({ runId: 'r1' })
    const two = run({ runId: 'r2', settings: { ...settings, steps: 100, corruption: { kind: 'none' } } })
    expect(Object.fromEntries(differencesOf([one, two]))).toEqual({
      r1: 'Gaussian noise 3 · 400 steps',
      r2: 'no noise · 100 steps',
    })
  })

  it('leaves out of components what has no meaning for them', () => {
    const flavour = { kind: 'pca' } as const
    const components = run({ runId: 'r2', settings: { ...settings, flavour, code: 3, steps: 9, seed: 8 } })
    expect(Object.fromEntries(differencesOf([run(), components]))).toEqual({ r1: 'code 2', r2: 'code 3' })
  })

  it('is nothing for one run alone, or beside one that a model scored', () => {
    const scored = run({ runId: 'r2', scored: scoredWith(), settings: { ...settings, steps: 100 } })
    expect([...differencesOf([run(), scored])]).toEqual([['r1', '']])
  })
})

describe('sorted runs', () => {
  const compared = (runId: string, auroc: number | null, createdAt = '2026-11-20T12:00:00Z') => ({
    run: run({ runId, createdAt, trainableParameters: runId.length }),
    measures: auroc === null ? null : { auroc, averagePrecision: null, sameFlags: null, correlation: null },
    differences: '',
  })
  const ids = (list: ReturnType<typeof sortRuns>) => list.map((one) => one.run.runId)
  const list = [compared('b', 0.5), compared('none', null), compared('a', 0.9), compared('c', 0.5)]

  it('leave those without a value for last, either way', () => {
    expect(ids(sortRuns(list, { by: 'auroc', descending: true }))).toEqual(['a', 'b', 'c', 'none'])
    expect(ids(sortRuns(list, { by: 'auroc', descending: false }))).toEqual(['b', 'c', 'a', 'none'])
  })

  it('go by when they ended', () => {
    const times = [compared('old', 1, '2026-11-19T23:00:00Z'), compared('new', 1, '2026-11-20T01:00:00Z')]
    expect(ids(sortRuns(times, { by: 'ended', descending: true }))).toEqual(['new', 'old'])
  })
})
