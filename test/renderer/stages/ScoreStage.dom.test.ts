import { afterEach, describe, expect, it } from 'vitest'
import ScoreStage from '../../../renderer/stages/score/ScoreStage.vue'
import type { Api } from '../../../src/contract/api.ts'
import { Failure } from '../../../src/contract/failure.ts'
import type { ImportPreview, Project } from '../../../src/contract/records.ts'
import { settled } from '../fakeConnection.ts'
import { mountStage } from '../mountStage.ts'
import { column, dataset, job, modelFile, run, scoredWith, project as wholeProject } from '../records.ts'

afterEach(() => {
  document.body.replaceChildren()
})

const preview: ImportPreview = {
  fileName: 'new.csv',
  format: 'text',
  bytes: 9,
  dialect: dataset().dialect,
  detected: [],
  columns: ['speed', 'colour'].map((name) => ({ name, type: 'number', role: 'feature' })),
  rows: [],
  complaints: [],
}
const taken = (name: string) => ({ name, blob: new Blob(['a,b\n1,2']), path: null })

/** The stage over a project that calls may change, as the core's does. */
async function opened(first: Partial<Project>, calls: Partial<Api> = {}) {
  let now = first
  const asked: { name: string; input: unknown }[] = []
  const heard =
    <Input, Answer>(name: string, answer: (input: Input) => Promise<Answer>) =>
    (input: Input) => {
      asked.push({ name, input })
      return answer(input)
    }
  const stage = await mountStage(ScoreStage, {
    project: first,
    calls: {
      readProject: async () => wholeProject(now),
      planTraining: () => new Promise(() => {}),
      readScores: () => new Promise(() => {}),
      readEvaluation: () => new Promise(() => {}),
      beginUpload: async () => ({ uploadId: 'u1' }),
      appendUpload: async ({ chunk }) => ({ received: chunk.byteLength }),
      endUpload: heard('endUpload', async () => ({})),
      previewImport: async () => preview,
      openModel: heard('openModel', async () => modelFile()),
      startScoring: heard('startScoring', async () => ({ jobId: 'j1' })),
      deleteModel: heard('deleteModel', async () => ({})),
      ...calls,
    },
  })
  const become = async (next: Partial<Project>) => {
    now = next
    await stage.workbench.project.reread()
  }
  return { ...stage, asked, become, of: (name: string) => asked.filter((one) => one.name === name) }
}

describe('scoring', () => {
  it('is open without any data, and says what is missing until a model and rows are there', async () => {
    const { wrapper, workbench, at, of, become } = await opened({})
    expect([workbench.stage.closedBecause.value.score, at('score-start').attributes('disabled')]).toEqual([
      null,
      '',
    ])
    expect(at('no-model').text()).toContain('There is no model yet')
    await become({ models: [modelFile()] })
    await workbench.scoring.takeModel(taken('pumps.onnx'))
    await settled()
    expect(of('openModel')).toEqual([
      { name: 'openModel', input: { source: { kind: 'upload', uploadId: 'u1' } } },
    ])
    expect(of('endUpload').length).toBe(1)
    expect(at('model-facts').text()).toContain('Variational')
    await workbench.scoring.takeRows(taken('new.csv'))
    await settled()
    expect(at('fit').text()).toContain('1 of 2 columns of the model is there.')
    expect(at('fit').text()).toContain('Missing: heat')
    expect(at('fit').text()).toContain('Not read: colour')
    await at('score-start').trigger('click')
    await settled()
    expect(of('startScoring').map((one) => one.input)).toEqual([
      { model: { modelId: 'm1' }, data: { source: { kind: 'upload', uploadId: 'u1' } } },
    ])
    wrapper.unmount()
  })

  it('scores a data set with a run of the project, and shows what differs and what has drifted', async () => {
    const first = {
      datasets: [
        dataset(),
        dataset({ datasetId: 'd2', name: 'fans.csv', columns: [column({ name: 'heat' })] }),
      ],
      runs: [run()],
    }
    const { wrapper, workbench, at, of, become, events } = await opened(first)
    await at('rows-select').setValue('d2')
    await at('score-start').trigger('click')
    await settled()
    expect(of('startScoring').map((one) => one.input)).toEqual([
      { model: { runId: 'r1' }, data: { datasetId: 'd2' } },
    ])
    events.jobChanged(job({ kind: 'scoring', status: { state: 'running' } }))
    await settled()
    expect(at('score-progress').exists()).toBe(true)
    const scored = scoredWith({
      differences: [{ kind: 'missing-column', column: 'speed' }],
      drift: {
        scores: scoredWith().drift.scores,
        columns: [
          {
            column: 'heat',
            index: 0.4,
            level: 'strong',
            missingTrained: 0,
            missingNow: 0.5,
            bins: [{ name: 'below 3', trained: 0.9, now: 0.2 }],
          },
        ],
      },
    })
    await become({ ...first, runs: [run({ runId: 'r2', datasetId: 'd2', scored }), run()] })
    events.jobChanged(
      job({ kind: 'scoring', status: { state: 'done', result: { kind: 'scoring', runId: 'r2' } } }),
    )
    await settled()
    expect(at('scored-flagged').text()).toBe('1')
    expect(at('difference').text()).toContain('every cell of it counts as missing')
    expect(at('drift-row').text()).toContain('strong drift')
    expect(at('drift-row').find('svg').attributes('aria-label')).toContain('from 90\u00a0% to 20\u00a0%')
    await at('score-review').trigger('click')
    expect([workbench.stage.stage.value, workbench.run.run.value?.runId]).toEqual(['review', 'r2'])
    wrapper.unmount()
  })

  it('says nothing of a run’s columns: those of its data set may be others than it was trained on', async () => {
    const { wrapper, workbench, at } = await opened({ datasets: [dataset()], runs: [run()] })
    await workbench.scoring.takeRows(taken('new.csv'))
    await settled()
    expect([at('rows-file').exists(), at('fit').exists()]).toEqual([true, false])
    wrapper.unmount()
  })

  it.each([
    [{ flaggedNow: 0.25 }, '25\u00a0% of 4 rows; in training 1\u00a0%'],
    // The line was moved in Review since: the count and its share are of that one.
    [{ flaggedNow: 0.5 }, '25\u00a0% of 4 rows; by the model’s own line 50\u00a0%; in training 1\u00a0%'],
  ])('tells the share of rows flagged by the line that the count is of', async (told, note) => {
    const { scores } = scoredWith().drift
    const scored = scoredWith({ drift: { columns: [], scores: { ...scores, ...told } } })
    const { wrapper, at } = await opened({ datasets: [dataset()], runs: [run({ scored })] })
    expect(at('scored-flagged').text()).toBe('1')
    expect(at('score-result').text()).toContain(note)
    wrapper.unmount()
  })

  it('says in the core’s words why a model cannot be opened, and keeps the model chosen before', async () => {
    const { wrapper, workbench, at } = await opened(
      { models: [modelFile()] },
      {
        openModel: async () => {
          throw new Failure('unreadable-file', 'broken.onnx ends in the middle.')
        },
      },
    )
    await workbench.scoring.takeModel(taken('broken.onnx'))
    await settled()
    expect(at('error').text()).toContain('broken.onnx ends in the middle.')
    expect(at('model-select').element).toHaveProperty('value', 'm1')
    wrapper.unmount()
  })

  it('shows no earlier result beside the error of a new file', async () => {
    const previewImport = async () => {
      throw new Failure('unreadable-file', 'new.csv is no table.')
    }
    const { wrapper, workbench, at } = await opened(
      { datasets: [dataset()], runs: [run({ scored: scoredWith() })] },
      { previewImport },
    )
    expect(at('score-result').exists()).toBe(true)
    await workbench.scoring.takeRows(taken('new.csv'))
    await settled()
    expect([at('error').text().includes('no table'), at('score-result').exists()]).toEqual([true, false])
    workbench.scoring.closeFile()
    await settled()
    expect(at('score-result').exists()).toBe(true)
    wrapper.unmount()
  })

  it('says why a scoring failed, and lets it be started again with the same file', async () => {
    const { wrapper, workbench, at, of, events } = await opened({ models: [modelFile()] })
    await workbench.scoring.takeRows(taken('new.csv'))
    await settled()
    await at('score-start').trigger('click')
    await settled()
    const failure = {
      code: 'no-usable-columns',
      message: 'No column of the model is there.',
      details: {},
    } as const
    events.jobChanged(job({ kind: 'scoring', status: { state: 'failed', failure } }))
    await settled()
    expect(at('error').text()).toContain('No column of the model is there.')
    await at('score-start').trigger('click')
    expect(of('startScoring').length).toBe(2)
    wrapper.unmount()
  })
})
