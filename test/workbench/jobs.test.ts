import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/contract/failure.ts'
import type { Job } from '../../src/contract/records.ts'
import { createJobs, type JobEnding } from '../../src/workbench/jobs.ts'

const imported: JobEnding = { result: { kind: 'import', datasetId: 'd1' } }

/** A job list whose announcements are kept, and a wait for the end of one job. */
function recorded() {
  const announced: Job[] = []
  const jobs = createJobs((job) => announced.push(job))
  const ended = async (jobId: string): Promise<Job> => {
    for (;;) {
      const job = jobs.list().find((entry) => entry.jobId === jobId)
      if (job && job.status.state !== 'running') return job
      await sleep(2)
    }
  }
  return { announced, jobs, ended }
}

describe('jobs', () => {
  it('announce their beginning, phases and ending', async () => {
    const { announced, jobs, ended } = recorded()
    const jobId = jobs.start({
      kind: 'import',
      title: 'Import a.csv',
      async work({ report }) {
        report({ phase: 'Reading', progress: 0.5 })
        return imported
      },
    })
    expect((await ended(jobId)).status).toEqual({ state: 'done', result: imported.result })
    expect(announced.map((job) => [job.phase, job.status.state])).toEqual([
      ['Starting', 'running'],
      ['Reading', 'running'],
      ['Reading', 'done'],
    ])
    expect(announced.at(-1)?.progress).toBe(1)
  })

  it('read as cancelled when their signal fires, with what was kept', async () => {
    const { jobs, ended } = recorded()
    const abandoned = jobs.start({
      kind: 'import',
      title: 'Import',
      async work({ signal }) {
        for (;;) {
          signal.throwIfAborted()
          await sleep(1)
        }
      },
    })
    jobs.cancel(abandoned)
    expect((await ended(abandoned)).status).toEqual({ state: 'cancelled', result: null })

    const kept = jobs.start({
      kind: 'training',
      title: 'Train',
      async work({ signal }) {
        while (!signal.aborted) await sleep(1)
        return { result: { kind: 'training', runId: 'r1', runIds: ['r1'] }, stoppedEarly: true }
      },
    })
    jobs.cancel(kept)
    expect((await ended(kept)).status).toEqual({
      state: 'cancelled',
      result: { kind: 'training', runId: 'r1', runIds: ['r1'] },
    })
  })

  it('carry the code and details of a failure', async () => {
    const { jobs, ended } = recorded()
    const jobId = jobs.start({
      kind: 'export',
      title: 'Export',
      async work() {
        throw new Failure('disk', 'No space left.', { path: 'x' })
      },
    })
    expect((await ended(jobId)).status).toEqual({
      state: 'failed',
      failure: { code: 'disk', message: 'No space left.', details: { path: 'x' } },
    })
  })

  it('refuse a second job of the same kind, and allow another kind', async () => {
    const { jobs, ended } = recorded()
    const forever = async ({ signal }: { signal: AbortSignal }) => {
      while (!signal.aborted) await sleep(1)
      return imported
    }
    const first = jobs.start({ kind: 'import', title: 'Import a.csv', work: forever })
    expect(() => jobs.start({ kind: 'import', title: 'Import b.csv', work: forever })).toThrow(
      /Import a\.csv.*still running/,
    )
    const other = jobs.start({ kind: 'export', title: 'Export', work: forever })
    await jobs.close()
    expect((await ended(first)).status.state).toBe('done')
    expect((await ended(other)).status.state).toBe('done')
  })

  it('refuse to cancel a job that is not known', () => {
    const { jobs } = recorded()
    expect(() => jobs.cancel('nothing')).toThrow(Failure)
  })

  it('collect the loss curve', async () => {
    const { jobs, ended } = recorded()
    const points = [
      { step: 10, train: 1, validation: 1.5, gradientNorm: 2 },
      { step: 20, train: 0.5, validation: null, gradientNorm: null },
    ]
    const jobId = jobs.start({
      kind: 'training',
      title: 'Train',
      async work({ report }) {
        for (const point of points) report({ point })
        return { result: { kind: 'training', runId: 'r', runIds: ['r'] } }
      },
    })
    expect((await ended(jobId)).curve).toEqual(points)
  })
})
