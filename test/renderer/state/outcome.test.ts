import { describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { useDataset } from '../../../renderer/state/useDataset.ts'
import { useLatent } from '../../../renderer/state/useLatent.ts'
import { useProject } from '../../../renderer/state/useProject.ts'
import { useRun } from '../../../renderer/state/useRun.ts'
import type { LatentMap } from '../../../src/contract/records.ts'
import { deferred, fakeConnection, settled } from '../fakeConnection.ts'
import { dataset, project, run } from '../records.ts'

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
  const { connection, events } = fakeConnection({
    readProject: async () =>
      project({
        datasets: [dataset()],
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
    readLatentMap: () => {
      const answer = deferred<LatentMap>()
      maps.push(answer)
      return answer.promise
    },
  })
  const state = effectScope().run(() => {
    const about = useProject(connection)
    const runs = useRun(connection, about, useDataset(connection, about))
    return { runs, latent: useLatent(connection, runs) }
  })
  if (!state) throw new Error('no scope')
  await settled()
  const goOn = async () => {
    continued = true
    events.projectChanged()
    await settled()
  }
  return { ...state, maps, goOn }
}

describe('a partial run that is continued', () => {
  it('has its scores read again, though it keeps its id', async () => {
    const { runs, goOn } = await opened()
    expect([runs.run.value?.state, ...(runs.scores.value?.scores ?? [])]).toEqual(['partial', 1])
    await goOn()
    expect([runs.run.value?.state, ...(runs.scores.value?.scores ?? [])]).toEqual(['complete', 2])
  })

  it('has its map read again, and takes no answer that was meant for what it was', async () => {
    const { latent, maps, goOn } = await opened()
    void latent.load()
    await goOn()
    expect(latent.map.value).toBeNull()
    void latent.load()
    maps[0]?.resolve(mapOf(3))
    await settled()
    expect(latent.map.value).toBeNull()
    maps[1]?.resolve(mapOf(5))
    await settled()
    expect(latent.map.value?.codeWidth).toBe(5)
  })
})

it('waits for the map that is under way when a run is looked at again', async () => {
  const { runs, latent, maps } = await opened()
  void latent.load()
  runs.select('r2')
  await settled()
  void latent.load()
  runs.select('r1')
  await settled()
  void latent.load()
  expect(maps.length).toBe(2)
  maps[0]?.resolve(mapOf(3))
  await settled()
  expect(latent.map.value?.codeWidth).toBe(3)
})
