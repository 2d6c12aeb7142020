import { describe, expect, it } from 'vitest'
import { computed, effectScope, nextTick, shallowRef } from 'vue'
import type { DatasetState } from '../../../renderer/state/useDataset.ts'
import type { RunState } from '../../../renderer/state/useRun.ts'
import { useStage } from '../../../renderer/state/useStage.ts'
import type { Dataset, RunSummary } from '../../../src/contract/records.ts'
import { dataset, run } from '../records.ts'

function opened() {
  const data = shallowRef<Dataset | null>(null)
  const summary = shallowRef<RunSummary | null>(null)
  const state = effectScope().run(() =>
    useStage(
      { dataset: computed(() => data.value) } as DatasetState,
      { run: computed(() => summary.value) } as RunState,
    ),
  )
  if (!state) throw new Error('no scope')
  return { state, data, summary }
}

describe('stages', () => {
  it('open only when their data exists, and say what is missing', () => {
    const { state, data, summary } = opened()
    expect([state.closedBecause.value.train, state.closedBecause.value.score]).toEqual([
      'Import a table first',
      null,
    ])
    state.open('train')
    expect(state.stage.value).toBe('import')
    data.value = dataset()
    state.open('review')
    expect([state.stage.value, state.closedBecause.value.review]).toEqual(['import', 'Train first'])
    summary.value = run()
    state.open('review')
    expect(state.stage.value).toBe('review')
  })

  it('fall back when their data is gone, and stay there when other data comes', async () => {
    const { state, data, summary } = opened()
    data.value = dataset()
    summary.value = run()
    state.open('export')
    summary.value = null
    expect(state.stage.value).toBe('train')
    await nextTick()
    summary.value = run({ runId: 'r2' })
    expect(state.stage.value).toBe('train')
  })
})
