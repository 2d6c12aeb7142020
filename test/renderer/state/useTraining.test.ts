import { describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { useDataset } from '../../../renderer/state/useDataset.ts'
import { useJobs } from '../../../renderer/state/useJobs.ts'
import { useProject } from '../../../renderer/state/useProject.ts'
import { useTraining } from '../../../renderer/state/useTraining.ts'
import type { Job } from '../../../src/contract/records.ts'
import { fakeConnection, settled } from '../fakeConnection.ts'
import { column, dataset, job, project, run } from '../records.ts'

async function opened(jobs: readonly Job[] = []) {
  const other = dataset({ datasetId: 'd2', name: 'fans.csv' })
  const planned: string[] = []
  const started: unknown[] = []
  const trained: string[] = []
  let held = dataset()
  const { connection, events } = fakeConnection({
    readProject: async () => project({ datasets: [held, other], jobs }),
    planTraining: async ({ datasetId }) => {
      planned.push(datasetId)
      return { settings: run().settings, features: 2, rows: 4, trainableParameters: 10, phases: [] }
    },
    startTraining: async (input) => {
      started.push(input)
      return { jobId: 'j1' }
    },
    updateColumns: async ({ columns }) => {
      held = { ...held, columns: held.columns.map((one) => ({ ...one, ...columns[one.name] })) }
      return held
    },
  })
  const state = effectScope().run(() => {
    const about = useProject(connection)
    const data = useDataset(connection, about)
    const training = useTraining(connection, useJobs(connection, about), data, async (runId) => {
      trained.push(runId)
    })
    return { data, training }
  })
  if (!state) throw new Error('no scope')
  await settled()
  return { ...state, events, planned, started, trained }
}

describe('training', () => {
  it('plans again when a column changes its role, since that changes the features', async () => {
    const { data, planned } = await opened()
    expect(planned).toEqual(['d1'])
    await data.changeColumn(column({ name: 'heat' }), { role: 'ignored' })
    await settled()
    expect(planned).toEqual(['d1', 'd1'])
  })

  it('sends only the knobs that the person changed', async () => {
    const { training, started } = await opened()
    training.change({ steps: 100 })
    training.change({ copies: 2, seed: 7 })
    training.giveBack('copies')
    expect(training.settings.value).toMatchObject({ steps: 100, seed: 7, copies: 4 })
    await training.start()
    expect(started).toEqual([{ datasetId: 'd1', settings: { steps: 100, seed: 7 } }])
  })

  it('waits while a knob holds what cannot be used, until it is changed or given back', async () => {
    const { training, started } = await opened()
    training.refuse('steps', 'many')
    training.refuse('seeds', '-1')
    training.changeSeeds([3])
    await training.start()
    expect([[...training.refused.value], started]).toEqual([[['steps', 'many']], []])
    training.giveBack('steps')
    await training.start()
    expect(started).toEqual([{ datasetId: 'd1', settings: { seed: 3 } }])
  })

  it('offers the run also when it was cancelled on the way', async () => {
    const { training, trained, events } = await opened()
    await training.start()
    const result = { kind: 'training', runId: 'r9', runIds: ['r9'] } as const
    events.jobChanged(job({ status: { state: 'cancelled', result } }))
    await settled()
    expect([trained, training.cancelledEmpty.value]).toEqual([['r9'], false])
  })

  it('shows a training that was under way when the page connected', async () => {
    const { training } = await opened([job({ jobId: 'before' })])
    expect(training.shown.value?.jobId).toBe('before')
  })

  it('follows a training that was under way to its run', async () => {
    const { trained, events } = await opened([job({ jobId: 'before' })])
    const result = { kind: 'training', runId: 'r9', runIds: ['r9'] } as const
    events.jobChanged(job({ jobId: 'before', status: { state: 'done', result } }))
    await settled()
    expect(trained).toEqual(['r9'])
  })

  it('belongs to its data set: another one shows neither its progress nor its failure', async () => {
    const { data, training, events } = await opened()
    await training.start()
    events.jobChanged(job())
    data.select('d2')
    await settled()
    expect([training.running.value, training.shown.value, training.elsewhere.value?.jobId]).toEqual([
      false,
      null,
      'j1',
    ])
    const failure = { code: 'engine', message: 'Out of memory.', details: {} } as const
    events.jobChanged(job({ status: { state: 'failed', failure } }))
    await settled()
    expect([training.failure.value, training.elsewhere.value]).toEqual([null, null])
    data.select('d1')
    await settled()
    expect(training.failure.value?.message).toBe('Out of memory.')
  })

  it('says when it was cancelled before there was anything to keep', async () => {
    const { training, events } = await opened()
    await training.start()
    events.jobChanged(job({ status: { state: 'cancelled', result: null } }))
    await settled()
    expect(training.cancelledEmpty.value).toBe(true)
  })
})
