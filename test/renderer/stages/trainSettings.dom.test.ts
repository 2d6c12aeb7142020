import { afterEach, describe, expect, it } from 'vitest'
import TrainStage from '../../../renderer/stages/train/TrainStage.vue'
import { Failure } from '../../../src/contract/failure.ts'
import { autoFlavours } from '../../../src/contract/flavours.ts'
import type { RunSummary, TrainingPlan, TrainingSettings } from '../../../src/contract/records.ts'
import { mountStage } from '../mountStage.ts'
import { column, dataset, job, run } from '../records.ts'

afterEach(() => {
  document.body.replaceChildren()
})

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** What a stand-in for Auto has for some kinds, beside the settings of the test's records. */
const autoOf = ({ flavour = autoFlavours.denoising }: Partial<TrainingSettings>): TrainingSettings => ({
  ...run().settings,
  flavour,
  ...(flavour.kind === 'pca' ? { hidden: [], corruption: { kind: 'none' }, copies: 1 } : {}),
  ...(flavour.kind === 'sparse' ? { hidden: [32], code: 12, corruption: { kind: 'none' } } : {}),
})

async function opened(runs: readonly RunSummary[] = []) {
  const planned: (Partial<TrainingSettings> | undefined)[] = []
  const started: unknown[] = []
  const resumed: string[] = []
  const stage = await mountStage(TrainStage, {
    project: {
      datasets: [
        dataset({
          rows: 900,
          columns: [
            column({ name: 'speed' }),
            column({ name: 'heat' }),
            column({ name: 'pump', type: 'category' }),
          ],
        }),
      ],
      runs,
    },
    calls: {
      planTraining: async ({ settings }): Promise<TrainingPlan> => {
        planned.push(settings)
        if (settings?.code === 4000)
          throw new Failure('bad-request', 'Too large for memory.', { setting: 'code' })
        const filled = { ...autoOf(settings ?? {}), ...settings }
        return { settings: filled, features: 9, rows: 900, trainableParameters: filled.steps, phases: [] }
      },
      startTraining: async (input) => {
        started.push(input)
        return { jobId: 'j1' }
      },
      resumeTraining: async ({ runId }) => {
        resumed.push(runId)
        return { jobId: 'j1' }
      },
      readScores: async ({ runId }) => ({
        runId,
        scores: Float32Array.from([2, 1]),
        rows: Int32Array.from([0, 1]),
        labels: null,
      }),
      readEvaluation: async () => null,
    },
  })
  const pick = async (kind: string) => {
    if (!stage.at(`flavour-${kind}`).exists()) await stage.at('flavour-choose').trigger('click')
    await stage.at(`flavour-${kind}`).trigger('change')
    await wait(0)
  }
  /** The control of a setting, by its name. */
  const field = (title: string) => {
    const label = stage.wrapper.findAll('label').find((one) => one.text() === title)
    return stage.wrapper.find<HTMLInputElement>(`[id="${label?.attributes('for')}"]`)
  }
  const startable = () => stage.at('train-start').attributes('disabled') === undefined
  return { ...stage, pick, field, startable, planned, started, resumed }
}

describe('choosing a kind', () => {
  it('asks for its plan and shows its own values and numbers', async () => {
    const { wrapper, at, pick, planned, field } = await opened()
    await pick('sparse')
    expect(planned).toEqual([undefined, { flavour: autoFlavours.sparse }])
    expect(at('train-plan').text()).toContain('9–32–12–32–9')
    expect(at('settings-noise').text()).toContain('None')
    expect(field('Sparsity').element.value).toBe(String(autoFlavours.sparse.weight))
    wrapper.unmount()
  })

  it('says that principal components are computed, and offers nothing that has no meaning for them', async () => {
    const { wrapper, at, pick } = await opened()
    await pick('pca')
    expect(at('train-start').text()).toBe('Compute')
    expect(at('flavour-computed').text()).toContain('Nothing is trained')
    const groups = wrapper.findAll('details summary').map((one) => one.text())
    expect(groups).toHaveLength(1)
    expect([at('mirror').exists(), at('add-hidden').exists(), at('nodes-code-0').exists()]).toEqual([
      false,
      false,
      true,
    ])
    wrapper.unmount()
  })

  it('waits for the context of a conditional network, which is chosen from a list', async () => {
    const { wrapper, at, pick, startable, planned, started } = await opened()
    await pick('conditional')
    expect([startable(), at('train-refused').text()]).toEqual([
      false,
      expect.stringContaining('A conditional autoencoder needs its context'),
    ])
    // The core plans no conditional network without a context; a variational one has the same values.
    expect(planned.at(-1)?.flavour?.kind).toBe('variational')
    const boxes = wrapper.findAll('[data-testid="context-columns"] input[type="checkbox"]')
    expect(boxes).toHaveLength(3)
    await boxes[2]?.trigger('change')
    await wait(0)
    expect(planned.at(-1)?.flavour).toEqual({ ...autoFlavours.conditional, context: ['pump'] })
    expect(startable()).toBe(true)
    await at('train-start').trigger('click')
    expect(started).toEqual([
      { datasetId: 'd1', settings: { flavour: { ...autoFlavours.conditional, context: ['pump'] } } },
    ])
    wrapper.unmount()
  })

  it('keeps a number of the kind that cannot be used as it was written', async () => {
    const { wrapper, field, pick, startable, at } = await opened()
    await pick('sparse')
    await field('Sparsity').setValue('-1')
    expect([startable(), field('Sparsity').element.value]).toEqual([false, '-1'])
    await at('settings-auto').trigger('click')
    await wait(0)
    expect([startable(), field('Sparsity').element.value]).toEqual([true, String(autoFlavours.sparse.weight)])
    wrapper.unmount()
  })
})

describe('settings that do not go together', () => {
  it('cannot be started, are marked at the field and in their group, and say what to change', async () => {
    const { wrapper, at, field, startable } = await opened()
    await field('Corruption').setValue('none')
    expect(startable()).toBe(false)
    expect(at('train-refused').text()).toContain('needs a corruption')
    expect(at('knob-conflict').text()).toContain('needs a corruption')
    expect(field('Corruption').attributes('aria-invalid')).toBe('true')
    expect(at('settings-noise').find('summary').text()).toContain('to correct')
    await at('settings-undo').trigger('click')
    expect([startable(), at('train-refused').exists()]).toEqual([true, false])
    wrapper.unmount()
  })

  it('are also those that only the core knows of', async () => {
    const { wrapper, at, startable } = await opened()
    await at('nodes-code-0').setValue('4000')
    await wait(250)
    expect([startable(), at('network-wrong').text()]).toEqual([false, 'Too large for memory.'])
    await at('network-auto').trigger('click')
    expect(startable()).toBe(true)
    wrapper.unmount()
  })

  it('say so of early stopping on a table without rows to hold out', async () => {
    const { wrapper, at, field } = await opened()
    await field('Early stopping').setValue('5')
    await field('Held out').setValue('0')
    expect(at('train-refused').text()).toContain('Early stopping needs rows held out')
    await field('Early stopping').setValue('')
    expect(at('train-refused').exists()).toBe(false)
    wrapper.unmount()
  })
})

describe('the layers', () => {
  it('change by arrow keys, are added and removed, and get a decoder of their own', async () => {
    const { wrapper, at, started } = await opened()
    await at('nodes-hidden-0').trigger('keydown', { key: 'ArrowUp' })
    await at('nodes-code-0').trigger('keydown', { key: 'PageUp' })
    await at('add-hidden').trigger('click')
    await wait(0)
    expect(document.activeElement?.getAttribute('data-testid')).toBe('nodes-hidden-1')
    await at('mirror').find('input').trigger('change')
    await at('remove-decoder-0').trigger('click')
    await at('train-start').trigger('click')
    expect(started).toEqual([{ datasetId: 'd1', settings: { hidden: [65, 16], code: 4, decoder: [65] } }])
    wrapper.unmount()
  })

  it('show the parameters of the network as it stands', async () => {
    const { wrapper, at, field } = await opened()
    expect(at('network-size').text()).toContain('400 parameters')
    await field('Steps').setValue('77')
    await wait(250)
    expect(at('network-size').text()).toContain('77 parameters')
    wrapper.unmount()
  })
})

describe('seeds', () => {
  it('become one run each', async () => {
    const { wrapper, at, field, started } = await opened()
    expect(wrapper.text()).toContain('0 to 4,294,967,295, at most 20 of them.')
    await field('Seeds').setValue('3, 4, 5')
    expect(at('train-start').text()).toBe('Train 3 runs')
    await at('train-start').trigger('click')
    expect(started).toEqual([{ datasetId: 'd1', settings: {}, seeds: [3, 4, 5] }])
    wrapper.unmount()
  })
})

describe('runs', () => {
  it('that were paused offer to go on, beside the settings and in the list', async () => {
    const paused = run({ runId: 'r1', state: 'partial', stepsDone: 30, seedsLeft: [2, 3] })
    const { wrapper, at, resumed, events } = await opened([paused, run({ runId: 'r2' })])
    expect(at('train-ended').text()).toContain('after 30 of 400 steps')
    expect(at('train-ended').text()).toContain('Seeds 2, 3 are not trained yet; continued, this goes on')
    await at('tab-runs').trigger('click')
    await wait(0)
    await at('run-resume').trigger('click')
    expect(resumed).toEqual(['r1'])
    events.jobChanged(job({ phase: 'Training' }))
    await wait(0)
    expect(at('train-progress').exists()).toBe(true)
    wrapper.unmount()
  })

  it('are named where their curve stands, and bring their settings into the choices', async () => {
    const flavour = { ...autoFlavours.conditional, context: ['pump'] }
    const conditional = run({ settings: { ...run().settings, flavour, steps: 77 } })
    const components = run({ runId: 'r2', settings: { ...run().settings, flavour: { kind: 'pca' } } })
    const { wrapper, at, workbench, started } = await opened([conditional, components])
    expect(at('train-ended').text()).toContain('Last run: Conditional, seed 1. Trained 400 steps')
    expect(at('chart').find('[data-testid="train-ended"]').exists()).toBe(true)
    expect(wrapper.text()).not.toContain('Computed, not trained')
    await at('use-settings').trigger('click')
    await wait(250)
    expect(at('flavour-now').text()).toBe('Conditional')
    workbench.run.select('r2')
    await wait(0)
    expect(at('train-ended').text()).toContain('Opened run: PCA.')
    expect(wrapper.text()).toContain('Computed, not trained')
    await at('train-start').trigger('click')
    expect(started).toEqual([{ datasetId: 'd1', settings: { flavour, steps: 77 } }])
    wrapper.unmount()
  })

  it('are walked with arrow keys, chosen with Space and reviewed with Enter', async () => {
    const runs = ['r1', 'r2', 'r3'].map((runId) => run({ runId }))
    const { wrapper, at, workbench } = await opened(runs)
    await at('tab-runs').trigger('click')
    await wait(0)
    const row = (index: number) => wrapper.findAll<HTMLElement>('[data-testid="run-row"]')[index]
    expect(wrapper.findAll('[data-testid="run-row"][tabindex="0"]')).toHaveLength(1)
    row(0)?.element.focus()
    await row(0)?.trigger('keydown', { key: 'ArrowDown' })
    await wait(0)
    expect(document.activeElement).toBe(row(1)?.element)
    await row(1)?.trigger('keydown', { key: ' ' })
    expect(workbench.run.run.value?.runId).toBe('r2')
    await row(1)?.trigger('keydown', { key: 'Enter' })
    expect(workbench.stage.stage.value).toBe('review')
    wrapper.unmount()
  })

  it('say what to do while there are none', async () => {
    const { wrapper, at } = await opened()
    await at('tab-runs').trigger('click')
    await at('runs-to-train').trigger('click')
    expect(at('train-start').exists()).toBe(true)
    wrapper.unmount()
  })
})
