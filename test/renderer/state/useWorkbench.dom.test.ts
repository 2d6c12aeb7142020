import { describe, expect, it } from 'vitest'
import { defineComponent } from 'vue'
import type { Api } from '../../../src/contract/api.ts'
import type { RunSummary } from '../../../src/contract/records.ts'
import { settled } from '../fakeConnection.ts'
import { mountStage } from '../mountStage.ts'
import { dataset, job, project, run } from '../records.ts'

const nothing = defineComponent({ setup: () => () => null })

/** A core with two data sets and their runs, which keeps thresholds and adds a run when told to. */
async function opened() {
  let runs: readonly RunSummary[] = [run(), run({ runId: 'r2', datasetId: 'd2' })]
  const calls: Partial<Api> = {
    readProject: async () =>
      project({ datasets: [dataset(), dataset({ datasetId: 'd2', name: 'fans.csv' })], runs }),
    planTraining: () => new Promise(() => {}),
    readScores: async ({ runId }) => ({
      runId,
      scores: Float32Array.from([8, 4, 2, 1]),
      rows: Int32Array.from([3, 1, 0, 2]),
      labels: null,
    }),
    readEvaluation: async () => null,
    startTraining: async () => ({ jobId: 'training' }),
    startExport: async () => ({ jobId: 'export' }),
    setThreshold: async ({ runId, rule, value }) => {
      const threshold = { rule, value, cut: value ?? 0, flagged: 3 }
      runs = runs.map((one) => (one.runId === runId ? { ...one, threshold } : one))
      return threshold
    },
  }
  const stage = await mountStage(nothing, { calls })
  const train = async (datasetId = 'd1') => {
    runs = [run({ runId: 'r9', datasetId, createdAt: '2026-11-20T13:00:00Z' }), ...runs]
    stage.events.projectChanged()
    const result = { kind: 'training', runId: 'r9', runIds: ['r9'] } as const
    stage.events.jobChanged(job({ jobId: 'training', status: { state: 'done', result } }))
    await settled()
  }
  return { ...stage, train }
}

describe('the window as a whole', () => {
  it('shows and exports by the moved threshold after a switch of data set and back', async () => {
    const { workbench, wrapper } = await opened()
    const { dataset: data, threshold } = workbench
    threshold.moveTo(2)
    data.select('d2')
    await settled()
    expect(threshold.line.value?.cut).toBe(5)
    data.select('d1')
    await settled()
    expect([threshold.line.value?.cut, threshold.flagged.value]).toEqual([2, 3])
    wrapper.unmount()
  })

  it('leads back to the run that was looked at, data set by data set', async () => {
    const { workbench, train, wrapper } = await opened()
    workbench.stage.open('review')
    await workbench.training.start()
    await train()
    workbench.run.select('r1')
    workbench.dataset.select('d2')
    await settled()
    workbench.dataset.select('d1')
    await settled()
    expect(workbench.run.run.value?.runId).toBe('r1')
    wrapper.unmount()
  })

  it('does not move a person who reviews another run when a training ends, but says so', async () => {
    const { workbench, train, wrapper } = await opened()
    workbench.stage.open('review')
    await workbench.training.start()
    await train()
    expect(workbench.run.run.value?.runId).toBe('r1')
    expect(workbench.notices.notices.value[0]?.message).toContain('The training has ended')
    wrapper.unmount()
  })

  it('shows the new run to a person who waits for it in Train', async () => {
    const { workbench, train, wrapper } = await opened()
    workbench.stage.open('train')
    await workbench.training.start()
    await train()
    expect([workbench.run.run.value?.runId, workbench.notices.notices.value]).toEqual(['r9', []])
    wrapper.unmount()
  })

  it('delivers a file also when another run came on screen while it was written', async () => {
    const { workbench, events, wrapper } = await opened()
    const clicked: string[] = []
    const hear = (event: Event) => {
      clicked.push((event.target as HTMLAnchorElement).getAttribute('href') ?? '')
      event.preventDefault()
    }
    document.addEventListener('click', hear)
    await workbench.exporting.start('out.csv')
    events.jobChanged(job({ jobId: 'export', kind: 'export' }))
    workbench.dataset.select('d2')
    await settled()
    const file = { name: 'out.csv', path: '/exports/out.csv', rows: 1, bytes: 9 }
    const status = { state: 'done', result: { kind: 'export', file } } as const
    events.jobChanged(job({ jobId: 'export', kind: 'export', status }))
    await settled()
    document.removeEventListener('click', hear)
    // It is another run's file, so this run's page does not claim it.
    expect([clicked, workbench.exporting.file.value]).toEqual([['/exports/out.csv'], null])
    wrapper.unmount()
  })

  it('tells each thing that opening the project set aside, once', async () => {
    const warnings = ['A run could not be read.', 'An upload was set aside.', 'Three.', 'Four.']
    const { workbench, events, wrapper } = await mountStage(nothing, { project: { warnings } })
    const { notices } = workbench
    expect(notices.notices.value.map((one) => one.message)).toEqual(warnings)
    notices.close(notices.notices.value[0]?.id ?? -1)
    events.projectChanged()
    await settled()
    expect(notices.notices.value.map((one) => one.message)).toEqual(warnings.slice(1))
    wrapper.unmount()
  })

  it('says that columns changed since the run was trained, until they are as they were', async () => {
    let held = dataset()
    let features = 2
    const { workbench, wrapper } = await mountStage(nothing, {
      calls: {
        readProject: async () => project({ datasets: [held], runs: [run()] }),
        readScores: () => new Promise(() => {}),
        readEvaluation: async () => null,
        planTraining: async () => ({
          settings: run().settings,
          features,
          rows: 4,
          trainableParameters: 10,
          phases: [],
        }),
        updateColumns: async ({ columns }) => {
          held = { ...held, columns: held.columns.map((one) => ({ ...one, ...columns[one.name] })) }
          return held
        },
      },
    })
    const heat = held.columns[1]
    if (!heat) throw new Error('no column')
    expect(workbench.columnsChanged.value).toBe(false)
    await workbench.dataset.changeColumn(heat, { type: 'category' })
    expect(workbench.columnsChanged.value).toBe(true)
    await workbench.dataset.changeColumn(heat, { type: 'number' })
    expect(workbench.columnsChanged.value).toBe(false)
    // A change that another window made earlier shows in the number of features alone.
    features = 9
    await workbench.training.planAgain()
    expect(workbench.columnsChanged.value).toBe(true)
    wrapper.unmount()
  })

  const two = { datasets: [dataset(), dataset({ datasetId: 'd2', name: 'fans.csv' })], runs: [] }
  const planTraining = () => new Promise<never>(() => {})

  it('opens a reloaded page at the data set and the stage where it was', async () => {
    const before = await mountStage(nothing, { project: two, calls: { planTraining } })
    before.workbench.dataset.select('d2')
    before.workbench.stage.open('train')
    await settled()
    before.wrapper.unmount()
    const { workbench, wrapper } = await mountStage(nothing, {
      project: two,
      calls: { planTraining },
      reload: true,
    })
    expect([workbench.dataset.dataset.value?.datasetId, workbench.stage.stage.value]).toEqual(['d2', 'train'])
    wrapper.unmount()
  })

  it.each([
    ['a data set that is gone', '{"datasetId":"d7","stage":"train"}'],
    ['a stage that there is not', '{"datasetId":"d2","stage":"toString"}'],
    ['no place', '[1]'],
    ['no record', '{"datasetId'],
  ])('starts at Import where the page before kept %s', async (_, kept) => {
    sessionStorage.setItem('residual.place', kept)
    const options = { project: two, calls: { planTraining }, reload: true }
    const { workbench, wrapper } = await mountStage(nothing, options)
    expect([workbench.dataset.dataset.value?.datasetId, workbench.stage.stage.value]).toEqual([
      'd1',
      'import',
    ])
    wrapper.unmount()
  })

  it('says that its data set was deleted elsewhere, but not what it deleted itself', async () => {
    let datasets = [...two.datasets, dataset({ datasetId: 'd3', name: 'belts.csv' })]
    const { workbench, events, wrapper } = await mountStage(nothing, {
      calls: {
        planTraining,
        readProject: async () => project({ datasets }),
        deleteDataset: async ({ datasetId }) => {
          datasets = datasets.filter((one) => one.datasetId !== datasetId)
          events.projectChanged()
          await settled()
          return {}
        },
      },
    })
    await workbench.dataset.remove('d1')
    await settled()
    expect(workbench.notices.notices.value).toEqual([])
    datasets = datasets.filter((one) => one.datasetId !== 'd2')
    events.projectChanged()
    await settled()
    expect(workbench.notices.notices.value.map((one) => one.message)).toEqual([
      '“fans.csv” was deleted in another window. This window shows “belts.csv” now.',
    ])
    wrapper.unmount()
  })
})
