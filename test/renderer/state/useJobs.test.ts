import { describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { useJob } from '../../../renderer/state/useJob.ts'
import { mergeJobs, useJobs } from '../../../renderer/state/useJobs.ts'
import { useProject } from '../../../renderer/state/useProject.ts'
import { Failure } from '../../../src/contract/failure.ts'
import type { Job, Project } from '../../../src/contract/records.ts'
import { deferred, fakeConnection, settled } from '../fakeConnection.ts'
import { job, project } from '../records.ts'

const done: Job['status'] = { state: 'done', result: { kind: 'training', runId: 'r1', runIds: ['r1'] } }

describe('jobs after a reread of the project', () => {
  it('calls a running job that the core no longer knows stopped, and keeps the ended ones', () => {
    const known = new Map([
      ['a', job({ jobId: 'a' })],
      ['b', job({ jobId: 'b', status: done })],
      ['c', job({ jobId: 'c', progress: 0.1 })],
    ])
    const merged = mergeJobs(known, [job({ jobId: 'c', progress: 0.9 })], new Set(known.keys()))
    expect(merged.get('a')?.status).toMatchObject({ state: 'failed', failure: { code: 'core-stopped' } })
    expect(merged.get('b')?.status).toEqual(done)
    expect(merged.get('c')?.progress).toBe(0.9)
  })

  it('lets no older answer undo an ending or lose a job that began after the question', () => {
    const known = new Map([
      ['ended', job({ jobId: 'ended', status: done })],
      ['new', job({ jobId: 'new' })],
    ])
    const merged = mergeJobs(known, [job({ jobId: 'ended' })], new Set(['ended']))
    expect([merged.get('ended')?.status, merged.get('new')?.status]).toEqual([done, { state: 'running' }])
  })

  it('counts as asked when the question leaves, not when the answer comes', async () => {
    const answers = [deferred<Project>(), deferred<Project>()]
    let asked = 0
    const { connection, events } = fakeConnection({
      readProject: () => answers[asked++]?.promise ?? Promise.reject(new Error('asked too often')),
    })
    const jobs = effectScope().run(() => useJobs(connection, useProject(connection)))
    events.jobChanged(job({ jobId: 'after' }))
    answers[0]?.resolve(project())
    await settled()
    expect(jobs?.jobs.value.get('after')?.status.state).toBe('running')
    events.projectChanged()
    answers[1]?.resolve(project())
    await settled()
    expect(jobs?.jobs.value.get('after')?.status.state).toBe('failed')
  })

  it('calls running jobs stopped when the core was restarted or given up', async () => {
    const { connection, events } = fakeConnection({ readProject: async () => project() })
    const jobs = effectScope().run(() => useJobs(connection, useProject(connection)))
    await settled()
    events.jobChanged(job({ jobId: 'a' }))
    events.jobChanged(job({ jobId: 'b', status: done }))
    events.coreRestarted({ message: 'gave up', working: false })
    expect(jobs?.jobs.value.get('a')?.status).toMatchObject({ failure: { code: 'core-stopped' } })
    expect(jobs?.jobs.value.get('b')?.status).toEqual(done)
  })
})

describe('a job that the page started', () => {
  async function started(calls: { ask: () => Promise<{ jobId: string }> }) {
    const { connection, events } = fakeConnection({ readProject: async () => project() })
    const ended: string[] = []
    const scope = effectScope()
    const mine = scope.run(() => {
      const jobs = useJobs(connection, useProject(connection))
      return useJob(jobs, ({ status }) => {
        ended.push(status.state)
      })
    })
    if (!mine) throw new Error('no scope')
    await settled()
    await mine.start(calls.ask)
    return { mine, events, ended }
  }

  it('is followed to its end, which is reported once', async () => {
    const { mine, events, ended } = await started({ ask: async () => ({ jobId: 'j1' }) })
    events.jobChanged(job())
    await settled()
    expect(mine.running.value).toBe(true)
    events.jobChanged(job({ status: done }))
    await settled()
    events.jobChanged(job({ status: done, phase: 'again' }))
    await settled()
    expect([mine.running.value, ended]).toEqual([false, ['done']])
  })

  it('is reported also when it ended before its id was known', async () => {
    const { connection, events } = fakeConnection({ readProject: async () => project() })
    const ended: string[] = []
    const mine = effectScope().run(() =>
      useJob(useJobs(connection, useProject(connection)), ({ status }) => {
        ended.push(status.state)
      }),
    )
    await settled()
    await mine?.start(async () => {
      events.jobChanged(job({ status: done }))
      return { jobId: 'j1' }
    })
    await settled()
    expect(ended).toEqual(['done'])
  })

  it('is followed on when a second one is refused because it still runs', async () => {
    const { mine, events, ended } = await started({ ask: async () => ({ jobId: 'j1' }) })
    events.jobChanged(job())
    await settled()
    await mine.start(async () => {
      throw new Failure('busy', 'The first still runs.')
    })
    expect([mine.jobId.value, mine.failure.value?.code]).toEqual(['j1', 'busy'])
    events.jobChanged(job({ status: done }))
    await settled()
    expect(ended).toEqual(['done'])
  })

  it('keeps the reason of a refusal and of a failure, but not of a closed dialog', async () => {
    const refused = await started({
      ask: async () => {
        throw new Failure('busy', 'Another training runs.')
      },
    })
    expect(refused.mine.failure.value?.message).toBe('Another training runs.')

    const failure = { code: 'engine', message: 'Out of memory.', details: {} } as const
    const failed = await started({ ask: async () => ({ jobId: 'j1' }) })
    failed.events.jobChanged(job({ status: { state: 'failed', failure } }))
    await settled()
    expect(failed.mine.failure.value).toEqual(failure)

    const closed = await started({
      ask: async () => {
        throw new DOMException('closed', 'AbortError')
      },
    })
    expect(closed.mine.failure.value).toBe(null)
  })
})
