import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h, shallowRef } from 'vue'
import RowDetail from '../../../renderer/stages/review/RowDetail.vue'
import ShareList from '../../../renderer/stages/review/ShareList.vue'
import SuggestionList from '../../../renderer/stages/review/SuggestionList.vue'
import ThresholdFields from '../../../renderer/stages/review/ThresholdFields.vue'
import type { Api } from '../../../src/contract/api.ts'
import { Failure } from '../../../src/contract/failure.ts'
import type { RowExplanation, ThresholdSuggestion } from '../../../src/contract/records.ts'
import { deferred, settled } from '../fakeConnection.ts'
import { mountStage } from '../mountStage.ts'
import { dataset, run } from '../records.ts'

const reviewed = { datasets: [dataset()], runs: [run()] }
const calls: Partial<Api> = {
  planTraining: () => new Promise(() => {}),
  readScores: async () => ({
    runId: 'r1',
    scores: Float32Array.from([8, 4, 2, 1]),
    rows: Int32Array.from([3, 1, 0, 2]),
    labels: null,
  }),
  readEvaluation: async () => null,
}
afterEach(() => {
  document.body.replaceChildren()
})

describe('threshold fields', () => {
  const opened = () => mountStage(ThresholdFields, { project: reviewed, calls, props: { total: 4 } })

  it('follow a typed cut and a typed number of rows at once', async () => {
    const { wrapper, at } = await opened()
    expect(at('flagged-count').text()).toBe('1')
    await at('threshold-cut').setValue('2')
    expect(at('flagged-count').text()).toBe('3')
    await at('threshold-rows').setValue('2')
    expect([at('flagged-count').text(), (at('threshold-cut').element as HTMLInputElement).value]).toEqual([
      '2',
      // Halfway to the next score.
      '3',
    ])
    wrapper.unmount()
  })

  it('say what to do when no row is flagged, and when none can stand out', async () => {
    const { wrapper, at } = await opened()
    expect(at('flagged-hint').exists()).toBe(false)
    await at('threshold-rows').setValue('0')
    expect(at('flagged-hint').text()).toContain('Move the line left')
    wrapper.unmount()
    const level = await mountStage(ThresholdFields, {
      project: { ...reviewed, runs: [run({ threshold: { rule: 'otsu', value: null, cut: 1, flagged: 0 } })] },
      calls: {
        ...calls,
        readScores: async () => ({
          runId: 'r1',
          scores: new Float32Array(4),
          rows: Int32Array.from([0, 1, 2, 3]),
          labels: null,
        }),
      },
      props: { total: 4 },
    })
    expect(level.at('flagged-hint').text()).toContain('All rows have the same score')
    level.wrapper.unmount()
  })

  it.each([
    ['threshold-cut', '3.5e38', 'Write a number from −3.4e38 to 3.4e38; the cut stays at 5.'],
    ['threshold-cut', 'high', 'Write a number from −3.4e38 to 3.4e38; the cut stays at 5.'],
    ['threshold-rows', '5', 'Write a whole number from 0 to 4; 1 row stays flagged.'],
    ['threshold-rows', '1.5', 'Write a whole number from 0 to 4; 1 row stays flagged.'],
    ['threshold-rows', '', 'Write a whole number from 0 to 4; 1 row stays flagged.'],
  ])('of %s say what is wrong with "%s" and leave the line', async (testId, text, sentence) => {
    const { wrapper, workbench, at } = await opened()
    await at(testId).setValue('-1e39')
    await at(testId).setValue(text)
    expect((at(testId).element as HTMLInputElement).value).toBe(text)
    expect([at('threshold-refusal').text(), workbench.threshold.line.value?.cut]).toEqual([sentence, 5])
    await at('threshold-cut').setValue('2')
    expect([at('threshold-refusal').exists(), at('flagged-count').text()]).toEqual([false, '3'])
    wrapper.unmount()
  })
})

describe('many rows under Otsu', () => {
  const budget = {
    rule: 'top-k',
    value: 2,
    cut: 4,
    flagged: 2,
    reason: 'A budget.',
    proposed: false,
  } as const
  const flood = (flagged: number, cut: number) =>
    mountStage(ThresholdFields, {
      project: {
        datasets: [dataset()],
        runs: [run({ threshold: { rule: 'otsu', value: null, cut, flagged }, suggestions: [budget] })],
      },
      calls: { ...calls, setThreshold: async () => budget },
      props: { total: 4 },
    })

  it('are met with the review budget, one click away', async () => {
    const { wrapper, at } = await flood(3, 2)
    expect(at('many-rows').text()).toContain('the review budget flags the 2 with the highest scores.')
    await at('use-budget').trigger('click')
    expect([at('flagged-count').text(), at('many-rows').exists()]).toEqual(['2', false])
    wrapper.unmount()
  })

  it('are not spoken of where the budget flags no fewer', async () => {
    const { wrapper, at } = await flood(2, 4)
    expect(at('many-rows').exists()).toBe(false)
    wrapper.unmount()
  })
})

describe('suggested thresholds', () => {
  it('are applied with one click and show which one stands', async () => {
    const asked: unknown[] = []
    const suggestion = (fields: Partial<ThresholdSuggestion>): ThresholdSuggestion => ({
      rule: 'otsu',
      value: null,
      cut: 5,
      flagged: 1,
      reason: 'Two groups.',
      proposed: true,
      ...fields,
    })
    const { wrapper, at } = await mountStage(SuggestionList, {
      project: reviewed,
      calls: {
        ...calls,
        setThreshold: async (input) => {
          asked.push(input)
          return { rule: 'mad', value: 3, cut: 2, flagged: 3 }
        },
      },
      props: {
        suggestions: [
          suggestion({}),
          suggestion({ rule: 'mad', value: 3, cut: 2, flagged: 3, reason: 'Robust.', proposed: false }),
        ],
      },
    })
    expect(at('suggestion-otsu').text()).toContain('proposed')
    expect(at('suggestion-otsu').attributes('aria-pressed')).toBe('true')
    await at('suggestion-mad').trigger('click')
    await settled()
    expect(asked).toEqual([{ runId: 'r1', rule: 'mad', value: 3 }])
    expect(at('suggestion-mad').attributes('aria-pressed')).toBe('true')
    wrapper.unmount()
  })
})

describe('why a row is odd', () => {
  it('lists columns by share, with observed against typical and the whole row', async () => {
    const share = { type: 'number', observed: 4200, typical: 42 } as const
    const { wrapper } = await mountStage(RowDetail, {
      project: reviewed,
      calls: {
        ...calls,
        explainRow: async ({ row }) => ({
          row,
          rank: 1,
          score: 8,
          shares: [
            { column: 'speed', share: 2, ...share, observed: null },
            { column: 'heat', share: 6, ...share },
          ],
          cells: [{ column: 'speed', role: 'feature', value: null }],
        }),
      },
      props: {
        run: run(),
        row: { rank: 1, row: 3, score: 8, flagged: true, reasons: [], cells: [null, 4200] },
        flagged: true,
      },
    })
    const rows = wrapper.findAll('[data-testid="share-row"]').map((one) => one.text().replace(/\s+/g, ' '))
    expect(rows).toEqual(['heat75 %4200; the model expected 42', 'speed25 %missing; the model expected 42'])
    expect(wrapper.find('dl').text()).toContain('missing')
    wrapper.unmount()
  })

  it('leaves out columns with next to no part in it, says how many, and finds them by name', async () => {
    const shares = [6, 1.9, 0.04, 0.039, 0.021].map((share, index) => ({
      column: `c${index}`,
      type: 'number',
      share,
      observed: 1,
      typical: 0,
    }))
    const { wrapper } = await mountStage(ShareList, {
      props: {
        score: 8,
        wanted: '',
        shares,
      },
    })
    const names = (one: typeof wrapper) =>
      one.findAll('[data-testid="share-row"] .name').map((each) => each.text())
    expect(names(wrapper)).toEqual(['c0', 'c1', 'c2'])
    expect(wrapper.find('[data-testid="shares-left-out"]').text()).toBe(
      '2 columns with less than 0.5 % of the score are left out.',
    )
    wrapper.unmount()
    const searched = await mountStage(ShareList, {
      props: {
        score: 8,
        wanted: 'c4',
        shares,
      },
    })
    expect(names(searched.wrapper)).toEqual(['c4'])
    searched.wrapper.unmount()
  })

  it('shows nothing of the row before while the answer for this one is awaited', async () => {
    const answers = new Map([3, 1].map((row) => [row, deferred<RowExplanation>()]))
    const shown = shallowRef({ rank: 1, row: 3, score: 8, flagged: true, reasons: [], cells: [] })
    const { wrapper } = await mountStage(
      defineComponent(
        () => () => h(RowDetail, { run: run(), row: shown.value, flagged: true, onClose() {} }),
      ),
      {
        project: reviewed,
        calls: {
          ...calls,
          explainRow: ({ row }) => answers.get(row)?.promise ?? Promise.reject(new Error()),
        },
      },
    )
    const answer = (row: number, value: string) =>
      answers.get(row)?.resolve({
        row,
        rank: 1,
        score: 8,
        shares: [],
        cells: [{ column: 'note', role: 'ignored', value }],
      })
    answer(3, 'of row three')
    await settled()
    expect(wrapper.text()).toContain('of row three')
    shown.value = { ...shown.value, rank: 2, row: 1 }
    await settled()
    expect(wrapper.find('h2').text()).toBe('Row 2')
    expect(wrapper.text()).not.toContain('of row three')
    answers.get(1)?.reject(new Failure('disk', 'Row one cannot be read.'))
    await settled()
    expect(wrapper.text()).toContain('Row one cannot be read.')
    answers.set(0, deferred<RowExplanation>())
    shown.value = { ...shown.value, rank: 3, row: 0 }
    await settled()
    expect(wrapper.text()).not.toContain('Row one cannot be read.')
    answer(0, 'of row zero')
    await settled()
    expect(wrapper.text()).toContain('of row zero')
    wrapper.unmount()
  })

  it('draws a few of five thousand cells and finds the others by name', async () => {
    const names = Array.from({ length: 5000 }, (_, index) => `sensor ${index}`)
    const { wrapper, at } = await mountStage(RowDetail, {
      project: reviewed,
      calls: {
        ...calls,
        explainRow: async ({ row }) => ({
          row,
          rank: 1,
          score: 8,
          shares: names.map((column) => ({ column, type: 'number', share: 1, observed: 1, typical: 0 })),
          cells: names.map((column) => ({ column, role: 'feature', value: 7 })),
        }),
      },
      props: {
        run: run(),
        row: { rank: 1, row: 3, score: 8, flagged: true, reasons: [], cells: [] },
        flagged: true,
      },
    })
    const drawn = (testId: string) => wrapper.findAll(`[data-testid="${testId}"]`).length
    expect([drawn('row-cell'), drawn('share-row')]).toEqual([200, 12])
    await at('more-shares').trigger('click')
    expect(drawn('share-row')).toBe(112)
    await at('detail-search').setValue('Sensor 4321')
    expect([drawn('row-cell'), drawn('share-row')]).toEqual([1, 1])
    wrapper.unmount()
  })
})
