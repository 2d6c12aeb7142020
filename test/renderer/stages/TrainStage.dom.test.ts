import { afterEach, describe, expect, it } from 'vitest'
import TrainStage from '../../../renderer/stages/train/TrainStage.vue'
import type { Job, Project } from '../../../src/contract/records.ts'
import { settled } from '../fakeConnection.ts'
import { mountStage } from '../mountStage.ts'
import { dataset, job, project, run } from '../records.ts'

afterEach(() => {
  document.body.replaceChildren()
})

async function opened() {
  const datasets = [dataset(), dataset({ datasetId: 'd2', name: 'fans.csv' })]
  let now: Partial<Project> = { datasets }
  const projectBecomes = (next: Partial<Project>) => {
    now = { datasets, ...next }
  }
  const stage = await mountStage(TrainStage, {
    calls: {
      readProject: async () => project(now),
      planTraining: async () => ({
        settings: run().settings,
        features: 2,
        rows: 4,
        trainableParameters: 10,
        phases: [],
      }),
      startTraining: async () => ({ jobId: 'j1' }),
    },
  })
  await stage.at('train-start').trigger('click')
  const become = async (status: Job['status']) => {
    stage.events.jobChanged(job({ status }))
    await settled()
  }
  await become({ state: 'running' })
  return { ...stage, become, projectBecomes }
}

describe('training', () => {
  it('says what to do next after a failure and after a cancel that left nothing', async () => {
    const { wrapper, at, become } = await opened()
    const failure = { code: 'engine', message: 'Out of memory.', details: {} } as const
    await become({ state: 'failed', failure })
    expect(at('error').text()).toContain('Out of memory.')
    expect(at('train-next').text()).toContain('Train again')
    await at('train-start').trigger('click')
    wrapper.unmount()

    const other = await opened()
    await other.become({ state: 'cancelled', result: null })
    expect(other.at('train-next').text()).toContain('Press Train to start over')
    other.wrapper.unmount()
  })

  it('leads the focus from Train to Pause, and on to Continue once the run is there', async () => {
    const { wrapper, workbench, become, projectBecomes } = await opened()
    const focused = () => document.activeElement?.getAttribute('data-testid')
    expect(focused()).toBe('train-pause')
    projectBecomes({ runs: [run({ state: 'partial', stepsDone: 9 })] })
    await become({ state: 'cancelled', result: { kind: 'training', runId: 'r1', runIds: ['r1'] } })
    await settled()
    expect(workbench.run.run.value?.state).toBe('partial')
    expect(focused()).toBe('train-resume')
    wrapper.unmount()
  })

  it('moves nothing when it starts or ends: what it says of itself stands over its loss', async () => {
    const { wrapper, at, become, projectBecomes } = await opened()
    const above = () => [...(at('chart').element.parentElement?.children ?? [])].map((one) => one.className)
    const before = above()
    expect(at('chart').find('[data-testid="train-progress"]').exists()).toBe(true)
    projectBecomes({ runs: [run()] })
    await become({ state: 'done', result: { kind: 'training', runId: 'r1', runIds: ['r1'] } })
    await settled()
    expect(at('chart').find('[data-testid="train-ended"]').exists()).toBe(true)
    expect(above()).toEqual(before)
    wrapper.unmount()
  })

  it('shows another data set’s training as such, and waits for it', async () => {
    const { wrapper, workbench, at } = await opened()
    expect(at('train-progress').exists()).toBe(true)
    workbench.dataset.select('d2')
    await settled()
    expect([at('train-progress').exists(), at('train-elsewhere').exists()]).toEqual([false, true])
    expect(at('train-start').attributes('disabled')).toBeDefined()
    wrapper.unmount()
  })

  it('keeps what is no setting as it was written, says what may be, and does not train', async () => {
    const started: unknown[] = []
    const { wrapper, at } = await mountStage(TrainStage, {
      project: { datasets: [dataset()] },
      calls: {
        planTraining: async () => ({
          settings: run().settings,
          features: 2,
          rows: 4,
          trainableParameters: 10,
          phases: [],
        }),
        startTraining: async (input) => {
          started.push(input)
          return { jobId: 'j1' }
        },
      },
    })
    const field = (title: string) => {
      const label = wrapper.findAll('label').find((one) => one.text() === title)
      return wrapper.find<HTMLInputElement>(`[id="${label?.attributes('for')}"]`)
    }
    const sentences = () => wrapper.findAll('[data-testid="knob-refusal"]').map((one) => one.text())
    for (const group of wrapper.findAll<HTMLDetailsElement>('details')) {
      group.element.open = true
      await group.trigger('toggle')
    }
    await at('nodes-hidden-0').setValue('banana')
    await field('Seeds').setValue('4294967296')
    await field('Steps').setValue('2.5')
    const layer = at('nodes-hidden-0').element as HTMLInputElement
    expect([layer.value, field('Seeds').element.value]).toEqual(['banana', '4294967296'])
    expect(at('network-size').text()).toBe('–')
    expect(at('network-wrong').text()).toBe('Write a whole number from 1 to 4,096.')
    expect(sentences()).toEqual([
      'Write a whole number from 1 to 1,000,000.',
      'Write up to 20 different whole numbers from 0 to 4,294,967,295, such as 1, 2, 3.',
    ])
    expect(at('train-start').attributes('disabled')).toBeDefined()
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
    expect(started).toEqual([])

    await at('nodes-hidden-0').setValue('32')
    await field('Seeds').setValue('4294967295')
    await field('Steps').setValue('7')
    expect([sentences(), at('train-refused').exists()]).toEqual([[], false])
    await at('train-start').trigger('click')
    expect(started).toEqual([{ datasetId: 'd1', settings: { hidden: [32], seed: 4_294_967_295, steps: 7 } }])
    wrapper.unmount()
  })
})
