import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { computed, effectScope, nextTick, shallowRef } from 'vue'
import { labelTotals } from '../../../renderer/state/scores.ts'
import type { RunState } from '../../../renderer/state/useRun.ts'
import { useThreshold } from '../../../renderer/state/useThreshold.ts'
import type { Api } from '../../../src/contract/api.ts'
import { Failure } from '../../../src/contract/failure.ts'
import type { RunSummary, ScoreOrder, Threshold } from '../../../src/contract/records.ts'
import { deferred, fakeConnection } from '../fakeConnection.ts'
import { run } from '../records.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function opened(setThreshold: Api['setThreshold']) {
  const { connection } = fakeConnection({ setThreshold })
  const summary = shallowRef<RunSummary | null>(run())
  const labels = Uint8Array.from([1, 1, 0, 0])
  const scores = shallowRef<ScoreOrder | null>({
    runId: 'r1',
    scores: Float32Array.from([8, 4, 2, 1]),
    rows: Int32Array.from([3, 1, 0, 2]),
    labels,
  })
  const state: Pick<RunState, 'run' | 'scores' | 'totals'> = {
    run: computed(() => summary.value),
    scores,
    totals: computed(() => labelTotals(labels)),
  }
  const scope = effectScope()
  const keepThreshold = (runId: string, kept: Threshold) => {
    const now = summary.value
    if (now?.runId === runId) summary.value = { ...now, threshold: kept }
  }
  const threshold = scope.run(() => useThreshold(connection, { keepThreshold }, state as RunState))
  if (!threshold) throw new Error('no scope')
  return { threshold, summary, scores, scope }
}

const kept = () => {
  const calls: Parameters<Api['setThreshold']>[0][] = []
  const setThreshold: Api['setThreshold'] = async (input) => {
    calls.push(input)
    return { rule: input.rule, value: input.value, cut: input.value ?? 5, flagged: 0 }
  }
  return { calls, setThreshold }
}

describe('the threshold line', () => {
  it('starts where the run keeps it', () => {
    const { threshold } = opened(kept().setThreshold)
    expect([threshold.line.value?.rule, threshold.flagged.value]).toEqual(['otsu', 1])
  })

  it('changes counts and metrics at once and is kept once it rests', async () => {
    const { calls, setThreshold } = kept()
    const { threshold } = opened(setThreshold)
    threshold.moveTo(4)
    expect(threshold.flagged.value).toBe(2)
    expect(threshold.metrics.value).toMatchObject({ precision: 1, recall: 1, f1: 1 })
    threshold.moveTo(2)
    expect(threshold.flagged.value).toBe(3)
    expect(calls).toEqual([])
    await vi.advanceTimersByTimeAsync(300)
    expect(calls).toEqual([{ runId: 'r1', rule: 'manual', value: 2 }])
  })

  it('flags as many rows as asked, within what there is', () => {
    const { threshold } = opened(kept().setThreshold)
    threshold.flagRows(3)
    expect([threshold.flagged.value, threshold.line.value?.cut]).toEqual([3, 1.5])
    threshold.flagRows(99)
    expect(threshold.line.value?.value).toBe(4)
    threshold.flagRows(0)
    expect(threshold.flagged.value).toBe(0)
  })

  it('is not pulled back by a reread while it moves', async () => {
    const { calls, setThreshold } = kept()
    const { threshold, summary } = opened(setThreshold)
    threshold.moveTo(2)
    summary.value = run({ threshold: { rule: 'otsu', value: null, cut: 5, flagged: 1 } })
    await nextTick()
    expect(threshold.line.value?.cut).toBe(2)
    await vi.advanceTimersByTimeAsync(300)
    expect(calls.length).toBe(1)
  })

  it('belongs to its run: another run brings its own', async () => {
    const { threshold, summary } = opened(kept().setThreshold)
    threshold.moveTo(2)
    summary.value = run({ runId: 'r2', threshold: { rule: 'mad', value: 3, cut: 4, flagged: 2 } })
    await nextTick()
    expect(threshold.line.value).toEqual({ rule: 'mad', value: 3, cut: 4 })
  })

  it('that was moved just before a switch is kept at once, with its own run, and is there on the way back', async () => {
    const { calls, setThreshold } = kept()
    const answer = deferred<void>()
    const { threshold, summary } = opened(async (input) => {
      await answer.promise
      return setThreshold(input)
    })
    const first = summary.value
    threshold.moveTo(2)
    summary.value = run({ runId: 'r2' })
    await nextTick()
    summary.value = first
    await nextTick()
    expect(threshold.line.value?.cut).toBe(2)
    answer.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect(calls).toEqual([{ runId: 'r1', rule: 'manual', value: 2 }])
    expect(summary.value?.threshold.cut).toBe(2)
  })

  it('is sent one call at a time, the last one last', async () => {
    const { calls, setThreshold } = kept()
    const answers = [deferred<void>(), deferred<void>()]
    const { threshold } = opened(async (input) => {
      const turn = answers[calls.length]
      const answered = await setThreshold(input)
      await turn?.promise
      return answered
    })
    threshold.moveTo(2)
    const first = threshold.keep()
    threshold.moveTo(4)
    const second = threshold.keep()
    expect(calls.length).toBe(1)
    answers[0]?.resolve()
    await vi.advanceTimersByTimeAsync(0)
    answers[1]?.resolve()
    await Promise.all([first, second])
    expect([calls.map(({ value }) => value), threshold.line.value?.cut]).toEqual([[2, 4], 4])
  })

  it('that the core refuses stays on screen and stops an export', async () => {
    const { threshold } = opened(async () => {
      throw new Failure('disk', 'The disk is full.')
    })
    threshold.moveTo(2)
    await expect(threshold.ensureKept('r1')).rejects.toThrow(
      'The threshold could not be kept, so nothing was written. The disk is full.',
    )
    expect([threshold.line.value?.cut, threshold.failure.value?.code]).toEqual([2, 'disk'])
  })

  it('counts by the 32-bit cut that the core keeps, so that a copied score flags its own row', () => {
    const { threshold, scores } = opened(kept().setThreshold)
    const score = Math.fround(0.3)
    const shown = Number(score.toPrecision(9))
    expect(shown).toBeGreaterThan(score)
    scores.value = {
      runId: 'r1',
      scores: Float32Array.from([score]),
      rows: Int32Array.from([0]),
      labels: null,
    }
    threshold.moveTo(shown)
    expect([threshold.flagged.value, threshold.line.value?.value]).toEqual([1, shown])
  })

  it('is kept when the window is closed before it rested', async () => {
    const { calls, setThreshold } = kept()
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    const { threshold } = opened(setThreshold)
    vi.unstubAllGlobals()
    threshold.moveTo(2)
    page.dispatchEvent(new Event('pagehide'))
    expect(calls.length).toBe(1)
  })

  it('is kept when the page goes before it rested', async () => {
    const { calls, setThreshold } = kept()
    const { threshold, scope } = opened(setThreshold)
    threshold.moveTo(2)
    scope.stop()
    await vi.advanceTimersByTimeAsync(0)
    expect(calls.length).toBe(1)
  })
})
