import { afterEach, describe, expect, it } from 'vitest'
import RowDetail from '../../../renderer/stages/review/RowDetail.vue'
import SuggestionList from '../../../renderer/stages/review/SuggestionList.vue'
import ThresholdFields from '../../../renderer/stages/review/ThresholdFields.vue'
import type { Api } from '../../../src/contract/api.ts'
import type { ThresholdSuggestion } from '../../../src/contract/records.ts'
import { settled } from '../fakeConnection.ts'
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
      '4',
    ])
    wrapper.unmount()
  })

  it('put back what cannot be read', async () => {
    const { wrapper, at } = await opened()
    await at('threshold-cut').setValue('-1')
    expect((at('threshold-cut').element as HTMLInputElement).value).toBe('5')
    expect(at('flagged-count').text()).toBe('1')
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
    expect(rows).toEqual(['heat75 %4200 where 42 is typical', 'speed25 %missing where 42 is typical'])
    expect(wrapper.find('dl').text()).toContain('missing')
    wrapper.unmount()
  })
})
