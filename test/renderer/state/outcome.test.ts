import { describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { useDataset } from '../../../renderer/state/useDataset.ts'
import { useJobs } from '../../../renderer/state/useJobs.ts'
import { useLatent } from '../../../renderer/state/useLatent.ts'
import { useProject } from '../../../renderer/state/useProject.ts'
import { useRun } from '../../../renderer/state/useRun.ts'
import type { Job, LatentMap } from '../../../src/contract/records.ts'
import { deferred, fakeConnection, settled } from '../fakeConnection.ts'
import { dataset, job, project, run } from '../records.ts'

const mapOf = (codeWidth: number): LatentMap => ({
  runId: 'r1',
  codeWidth,
  rows: Int32Array.of(0),
  x: Float32Array.of(0),
  y: Float32Array.of(0),
  scores: Float32Array.of(1),
  explained: [1, 0],
  total: 1,
})

/** A run that stopped after 100 steps, with another one beside it. */
async function opened() {
  let continued = false
  const maps: ReturnType<typeof deferred<LatentMap>>[] = []
  /** Runs whose codes were read, in order; the job of the last is named after its place. */
  const started: string[] = []
  const cancelled: string[] = []
  let jobs: readonly Job[] = []
  const tell = (fields: Partial<Job>) => {
    jobs = [job({ kind: 'latent-map', ...fields })]
    for (const one of jobs) events.jobChanged(one)
  }
  const { connection, events } = fakeConnection({
    readProject: async () =>
      project({
        datasets: [dataset()],
        jobs,
        runs: [
          run(continued ? {} : { state: 'partial', stepsDone: 100 }),
          run({ runId: 'r2', createdAt: '2026-11-19T12:00:00Z' }),
        ],
      }),
    readEvaluation: async () => null,
    readScores: async ({ runId }) => ({
      runId,
      scores: Float32Array.of(continued ? 2 : 1),
      rows: Int32Array.of(0),
      labels: null,
    }),
    startLatentMap: async ({ runId }) => {
      const jobId = String(started.push(runId))
      tell({ jobId, status: { state: 'running' } })
      return { jobId }
    },
    cancelJob: async ({ jobId }) => {
      cancelled.push(jobId)
      return {}
    },
    readLatentMap: () => {
      const answer = deferred<LatentMap>()
      maps.push(answer)
      return answer.promise
    },
  })
  const state = effectScope().run(() => {
    const about = useProject(connection)
    const runs = useRun(connection, about, useDataset(connection, about))
    return { runs, latent: useLatent(connection, useJobs(connection, about), runs) }
  })
  if (!state) throw new Error('no scope')
  await settled()
  const goOn = async () => {
    continued = true
    events.projectChanged()
    await settled()
  }
  /** Ends the last job that reads codes. */
  const end = async (state: 'done' | 'cancelled') => {
    const result = { kind: 'latent-map', runId: started.at(-1) ?? '' } as const
    tell({ jobId: String(started.length), status: { state, result } })
    await settled()
  }
  return { ...state, maps, started, cancelled, goOn, end }
}

describe('a partial run that is continued', () => {
  it('has its scores read again, though it keeps its id', async () => {
    const { runs, goOn } = await opened()
    expect([runs.run.value?.state, ...(runs.scores.value?.scores ?? [])]).toEqual(['partial', 1])
    await goOn()
    expect([runs.run.value?.state, ...(runs.scores.value?.scores ?? [])]).toEqual(['complete', 2])
  })

  it('has its map read again, and takes no answer that was meant for what it was', async () => {
    const { latent, maps, goOn, end } = await opened()
    await latent.load()
    await end('done')
    await goOn()
    expect(latent.map.value).toBeNull()
    await latent.load()
    maps[0]?.resolve(mapOf(3))
    await end('done')
    expect(latent.map.value).toBeNull()
    maps[1]?.resolve(mapOf(5))
    await settled()
    expect(latent.map.value?.codeWidth).toBe(5)
  })

  it('has its codes read again where they were being read as it was continued', async () => {
    const { latent, maps, started, cancelled, goOn, end } = await opened()
    await latent.load()
    await goOn()
    await latent.load()
    expect([started, cancelled]).toEqual([['r1'], ['1']])
    await end('cancelled')
    expect([started, maps.length]).toEqual([['r1', 'r1'], 0])
    await end('done')
    maps[0]?.resolve(mapOf(5))
    await settled()
    expect(latent.map.value?.codeWidth).toBe(5)
  })
})

describe('codes that are being read', () => {
  it('are waited for when the run is looked at again', async () => {
    const { runs, latent, maps, started, cancelled, end } = await opened()
    await latent.load()
    runs.select('r2')
    await settled()
    runs.select('r1')
    await settled()
    await latent.load()
    await end('done')
    expect([started, cancelled, maps.length]).toEqual([['r1'], [], 1])
  })

  it('give way to those of another run that is looked at, also where that turns back', async () => {
    const { runs, latent, maps, started, cancelled, end } = await opened()
    await latent.load()
    runs.select('r2')
    await settled()
    await latent.load()
    expect([started, cancelled]).toEqual([['r1'], ['1']])
    runs.select('r1')
    await settled()
    await latent.load()
    await end('cancelled')
    expect(started).toEqual(['r1', 'r1'])
    await end('done')
    expect(maps.length).toBe(1)
  })

  it('go on to their end, without a map, while no other map is looked at', async () => {
    const { runs, latent, maps, started, cancelled, end } = await opened()
    await latent.load()
    runs.select('r2')
    await settled()
    await end('done')
    expect([started, cancelled, maps.length, latent.mapBusy.value]).toEqual([['r1'], [], 0, false])
  })
})
