import { describe, expect, it } from 'vitest'
import type { Threshold } from '../../../src/contract/records.ts'
import type { Detection } from '../../../src/hosts/cli/detect.ts'
import { textReport } from '../../../src/hosts/cli/report.ts'

const rows = 1000

/** A detection of which only what the summary says is real. */
function found(threshold: Partial<Threshold>, more: Partial<Detection> = {}): Detection {
  return {
    file: 'a.csv',
    columns: 1,
    setAside: 0,
    leftOut: [],
    importSeconds: 1,
    run: {
      rows,
      features: 1,
      seconds: { train: 1, score: 1 },
      settings: { seed: 1, flavour: { kind: 'denoising' } },
      suggestions: [],
    },
    threshold: { rule: 'otsu', value: null, cut: 1, flagged: 0, ...threshold },
    evaluation: null,
    metrics: null,
    runs: [],
    top: { rows: [] },
    written: [],
    ...more,
  } as unknown as Detection
}

describe('the report for people', () => {
  it('counts one of a thing as one', () => {
    const one = found({}, { setAside: 1 })
    const text = textReport({ ...one, run: { ...one.run, rows: 1 } })
    expect(text).toContain('a.csv: 1 row, 1 column, 1 input\n')
    expect(text).toContain('0 of 1 row flagged')
    expect(text).toContain('leave out the 1 line set aside')
  })

  it.each([
    [{ flagged: 101 }, '--threshold top-k:50 flags the 50 oddest rows'],
    [{ flagged: 100 }, null],
    [{ flagged: 400, rule: 'top-k', value: 400 }, null],
  ] as const)('names a review budget beside a large share: %j', (threshold, advice) => {
    const text = textReport(found(threshold))
    if (advice === null) expect(text).not.toContain('review budget')
    else expect(text).toContain(advice)
  })

  it('names a smaller budget for a small table, and none for one row', () => {
    const few = (flagged: number) => {
      const all = found({ flagged })
      return textReport({ ...all, run: { ...all.run, rows: 60 } })
    }
    expect(few(12)).toContain('--threshold top-k:10 flags')
    expect(few(7)).toContain('--threshold top-k:1 flags the 1 oddest row.')
  })

  it('names what was left out of training, a few of many', () => {
    const leftOut = Array.from({ length: 1030 }, (_, index) => ({ name: `c${index}`, why: 'constant' }))
    const text = textReport(found({}, { leftOut }))
    expect(text).toContain('Not trained on: c0 (constant), c1 (constant)')
    expect(text).toContain('c19 (constant) and 1,010 more\n')
  })
})
