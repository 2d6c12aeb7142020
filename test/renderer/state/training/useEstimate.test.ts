import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import { useEstimate } from '../../../../renderer/state/training/useEstimate.ts'
import type { TrainingEstimate } from '../../../../src/contract/records.ts'
import { deferred, fakeConnection } from '../../fakeConnection.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function opened() {
  const asked: (number | undefined)[] = []
  const answers: ReturnType<typeof deferred<TrainingEstimate>>[] = []
  const { connection } = fakeConnection({
    estimateTraining: ({ settings }) => {
      asked.push(settings?.steps)
      const answer = deferred<TrainingEstimate>()
      answers.push(answer)
      return answer.promise
    },
  })
  const steps = shallowRef<number | null>(1)
  const scope = effectScope()
  const state = scope.run(() =>
    useEstimate(connection, () =>
      steps.value === null ? null : { datasetId: 'd1', settings: { steps: steps.value } },
    ),
  )
  if (!state) throw new Error('no scope')
  return { ...state, steps, asked, answers, scope }
}

describe('the estimate of a training', () => {
  it('is asked once the settings stand still', async () => {
    const { steps, asked, answers, estimate } = opened()
    await vi.advanceTimersByTimeAsync(300)
    steps.value = 12
    await vi.advanceTimersByTimeAsync(300)
    expect(asked).toEqual([])
    await vi.advanceTimersByTimeAsync(300)
    expect(asked).toEqual([12])
    answers[0]?.resolve({ seconds: 4, bytes: 5 })
    await vi.advanceTimersByTimeAsync(0)
    expect(estimate.value).toEqual({ seconds: 4, bytes: 5 })
  })

  it('is asked one at a time; an answer that came too late is not shown', async () => {
    const { steps, asked, answers, estimate } = opened()
    await vi.advanceTimersByTimeAsync(600)
    steps.value = 2
    await vi.advanceTimersByTimeAsync(600)
    steps.value = 3
    await vi.advanceTimersByTimeAsync(600)
    expect(asked).toEqual([1])
    answers[0]?.resolve({ seconds: 1, bytes: 1 })
    await vi.advanceTimersByTimeAsync(0)
    expect([asked, estimate.value]).toEqual([[1, 3], null])
    answers[1]?.resolve({ seconds: 3, bytes: 3 })
    await vi.advanceTimersByTimeAsync(0)
    expect(estimate.value?.seconds).toBe(3)
  })

  it('goes when there is nothing to train, and asks nothing after its end', async () => {
    const { steps, asked, answers, estimate, scope } = opened()
    await vi.advanceTimersByTimeAsync(600)
    answers[0]?.resolve({ seconds: 1, bytes: 1 })
    await vi.advanceTimersByTimeAsync(0)
    steps.value = null
    await vi.advanceTimersByTimeAsync(0)
    expect(estimate.value).toBeNull()
    steps.value = 5
    await vi.advanceTimersByTimeAsync(0)
    scope.stop()
    await vi.advanceTimersByTimeAsync(1000)
    expect(asked).toEqual([1])
  })
})
