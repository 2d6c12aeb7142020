import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Job, JobState } from '../../src/contract/records.ts'
import { createJobWatch } from '../../src/hosts/jobWatch.ts'

const job = (jobId: string, status: JobState = { state: 'running' }): Job => ({
  jobId,
  kind: 'training',
  title: 'Training',
  startedAt: '2026-01-01T00:00:00Z',
  phase: '',
  progress: null,
  secondsLeft: null,
  curve: [],
  status,
})
const onStuck = vi.fn()
let watch: ReturnType<typeof createJobWatch>
beforeEach(() => {
  vi.useFakeTimers()
  onStuck.mockReset()
  watch = createJobWatch({ patience: 5000, onStuck })
})
afterEach(() => vi.useRealTimers())

describe('a cancelled job', () => {
  it('is stuck when it shows no change for as long as the patience lasts', () => {
    watch.saw(job('a'))
    watch.cancelAsked({ jobId: 'a' })
    vi.advanceTimersByTime(4999)
    expect(onStuck).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(onStuck).toHaveBeenCalledOnce()
  })

  it('is not stuck while it still moves', () => {
    watch.saw(job('a'))
    watch.cancelAsked({ jobId: 'a' })
    for (let change = 0; change < 5; change++) {
      vi.advanceTimersByTime(4000)
      watch.saw(job('a'))
    }
    expect(onStuck).not.toHaveBeenCalled()
  })

  it('is not stuck once it has ended, or the host closes', () => {
    watch.saw(job('a'))
    watch.saw(job('b'))
    watch.cancelAsked({ jobId: 'a' })
    watch.cancelAsked({ jobId: 'b' })
    watch.saw(job('a', { state: 'cancelled', result: null }))
    watch.close()
    vi.advanceTimersByTime(60_000)
    expect(onStuck).not.toHaveBeenCalled()
  })
})

it.each([null, undefined, 7, {}, { jobId: 7 }, { jobId: 'unknown' }])('asks nothing of %o', (input) => {
  watch.cancelAsked(input)
  vi.advanceTimersByTime(60_000)
  expect(onStuck).not.toHaveBeenCalled()
})

describe('jobs that died with their core', () => {
  it('are cancelled where someone asked for it, failed otherwise, and listed afterwards', () => {
    watch.saw(job('a'))
    watch.saw(job('b'))
    watch.saw(job('ended'))
    watch.saw(job('ended', { state: 'cancelled', result: null }))
    watch.cancelAsked({ jobId: 'a' })
    const died = watch.coreDied('SIGKILL')
    expect(died.map(({ jobId, status }) => [jobId, status.state])).toEqual([
      ['a', 'cancelled'],
      ['b', 'failed'],
    ])
    vi.advanceTimersByTime(60_000)
    expect(onStuck).not.toHaveBeenCalled()
    expect(watch.complete('listJobs', [job('c')])).toEqual([job('c'), ...died])
    expect(watch.complete('readProject', { name: 'p', jobs: [] })).toEqual({ name: 'p', jobs: died })
    expect(watch.complete('readRun', { runId: 'r' })).toEqual({ runId: 'r' })
    expect(watch.coreDied('again')).toEqual([])
  })

  it('are told once when the next core knows them too', () => {
    watch.saw(job('a'))
    watch.coreDied('SIGKILL')
    const known = job('a', { state: 'cancelled', result: null })
    expect(watch.complete('listJobs', [known])).toEqual([known])
  })
})
