import { describe, expect, it } from 'vitest'
import { runTitle } from '../../../renderer/stages/runWords.ts'
import { differenceSentence, driftSentence } from '../../../renderer/stages/score/scoreWords.ts'
import { run, scoredWith } from '../records.ts'

describe('what scoring found', () => {
  it('names each difference and what was done about it', () => {
    expect(
      differenceSentence({
        kind: 'retyped-column',
        column: 'speed',
        expected: 'number',
        found: 'category',
        misfits: 1,
      }),
    ).toBe(
      'The model expects number, found was category. 1 cell that cannot be read as expected counts as missing.',
    )
    expect(
      differenceSentence({ kind: 'unseen-categories', column: 'city', values: ['Ulm', 'Bonn'], rows: 7 }),
    ).toBe('7 rows have values that the training had not: “Ulm”, “Bonn”. They count as “another value”.')
    expect(differenceSentence({ kind: 'unseen-categories', column: 'city', values: ['Ulm'], rows: 1 })).toBe(
      '1 row has a value that the training had not: “Ulm”. It counts as “another value”.',
    )
    expect(differenceSentence({ kind: 'unlisted-categories', column: 'city', rows: 7 })).toBe(
      'The training had too many different values to list, so new ones cannot be told from rare ones: 7 rows with either count as “another value”.',
    )
  })

  it('counts the columns that drifted', () => {
    expect(driftSentence(['none', 'none'])).toBe('No column has drifted.')
    expect(driftSentence(['strong', 'some', 'none'])).toBe('Drifted: 1 column strongly, 1 somewhat; 1 not.')
    expect(driftSentence(['some'])).toBe('Drifted: 1 column somewhat; 0 not.')
  })
})

describe('a run by name', () => {
  it('is called after its flavour, seed and time, with the date where it is not of today', () => {
    const one = run({ createdAt: new Date(2026, 10, 20, 14, 2).toISOString() })
    expect(runTitle(one, new Date(2026, 10, 20, 23, 0))).toMatch(/^Denoising, seed 1, \D*(14|0?2)\D02/)
    expect(runTitle(one, new Date(2026, 10, 21, 1, 0))).toMatch(/2026/)
    expect(runTitle(run({ state: 'partial' }))).toMatch(/, paused$/)
    const components = run({ settings: { ...run().settings, flavour: { kind: 'pca' } } })
    expect(runTitle(components, new Date(components.createdAt))).toMatch(/^PCA, \d/)
  })

  it('is called after its model where nothing was trained', () => {
    expect(runTitle(run({ scored: scoredWith() }))).toMatch(/^Scored with pumps-model, /)
  })
})
