import { afterEach, describe, expect, it } from 'vitest'
import ReviewStage from '../../../renderer/stages/review/ReviewStage.vue'
import type { Api } from '../../../src/contract/api.ts'
import type { Flavour, JobState, MadeRows } from '../../../src/contract/records.ts'
import { settled } from '../fakeConnection.ts'
import { mountStage } from '../mountStage.ts'
import { dataset, job, run } from '../records.ts'

afterEach(() => {
  document.body.replaceChildren()
})
const variational: Flavour = {
  kind: 'variational',
  beta: 1,
  warmUpShare: 0.5,
  score: 'reconstruction',
  samples: 1,
}
const made = (rows: number): MadeRows => ({
  columns: ['speed', 'heat'],
  rows: Array.from({ length: rows }, (_, index) => ({ code: [index, 1], cells: [index, 2] })),
})

/** @param codes how the reading of codes ends; null: not before the test says so */
async function opened(
  flavour: Flavour,
  calls: Partial<Api> = {},
  codes: JobState | null = { state: 'done', result: { kind: 'latent-map', runId: 'r1' } },
) {
  let started = 0
  const reading = (status: JobState, progress: number | null = null) =>
    stage.events.jobChanged(job({ jobId: `map ${started}`, kind: 'latent-map', progress, status }))
  const asked: { name: string; input: unknown }[] = []
  const heard =
    <Input, Answer>(name: string, answer: (input: Input) => Answer) =>
    async (input: Input) => {
      asked.push({ name, input })
      return answer(input)
    }
  const stage = await mountStage(ReviewStage, {
    project: { datasets: [dataset()], runs: [run({ settings: { ...run().settings, flavour } })] },
    calls: {
      planTraining: () => new Promise(() => {}),
      readEvaluation: async () => null,
      readRankedRows: () => new Promise(() => {}),
      explainRow: () => new Promise(() => {}),
      readScores: async () => ({
        runId: 'r1',
        scores: Float32Array.of(8, 3, 2, 1),
        rows: Int32Array.of(2, 0, 1, 3),
        labels: null,
      }),
      startLatentMap: heard('startLatentMap', () => {
        started += 1
        if (codes) setTimeout(() => reading(codes), 0)
        return { jobId: `map ${started}` }
      }),
      cancelJob: heard('cancelJob', () => ({})),
      readLatentMap: heard('readLatentMap', () => ({
        runId: 'r1',
        codeWidth: 2,
        rows: Int32Array.of(0, 1, 2, 3),
        x: Float32Array.of(0, 1, 9, 1.5),
        y: Float32Array.of(0, 0, 0, 0),
        scores: Float32Array.of(3, 2, 8, 1),
        explained: [0.9, 0.1] as const,
        total: 4,
      })),
      readNeighbours: heard('readNeighbours', ({ row }) => ({
        columns: ['speed', 'heat'],
        rows: [row, 3].map((one, index) => ({
          row: one,
          distance: index,
          score: 1,
          rank: 1,
          flagged: false,
          cells: [1, 2],
        })),
      })),
      generateRows: heard('generateRows', ({ count }) => made(count)),
      interpolateRows: heard('interpolateRows', ({ steps }) => made(steps)),
      decodeCodes: heard('decodeCodes', ({ codes }) => made(codes.length)),
      ...calls,
    },
  })
  await stage.at('tab-map').trigger('click')
  await settled()
  await settled()
  const map = stage.at('point-map')
  const press = async (key: string) => {
    await map.trigger('keydown', { key })
    await settled()
  }
  return {
    ...stage,
    map,
    press,
    asked,
    reading,
    of: (name: string) => asked.filter((one) => one.name === name),
  }
}

describe('the map of codes', () => {
  it('is walked with the arrow keys; Enter opens the row and asks for its nearest rows', async () => {
    const { wrapper, at, map, press, of } = await opened(variational)
    await press('ArrowRight')
    expect(map.find('[role="status"]').text()).toBe('Row 1, score 3')
    await press('ArrowRight')
    expect(map.find('[role="status"]').text()).toBe('Row 2, score 2')
    await press('ArrowRight')
    await press('ArrowRight')
    expect(map.find('[role="status"]').text()).toBe('Row 3, score 8, flagged')
    await press('Enter')
    expect(of('readNeighbours').map((one) => one.input)).toEqual([{ runId: 'r1', row: 2, count: 12 }])
    expect(at('row-detail').text()).toContain('Rank 1, score 8')
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    await settled()
    expect(at('row-detail').exists()).toBe(false)
    wrapper.unmount()
  })

  it('makes rows of a variational model with the seed asked for', async () => {
    const { wrapper, at, of } = await opened(variational)
    await at('tab-make').trigger('click')
    await at('make-seed').setValue('5')
    await wrapper.find('form').trigger('submit')
    await settled()
    expect(of('generateRows').map((one) => one.input)).toEqual([{ runId: 'r1', count: 20, seed: 5 }])
    await at('make-seed').setValue('-5')
    await wrapper.find('form').trigger('submit')
    expect([of('generateRows').length, wrapper.text()]).toEqual([1, expect.stringContaining('as the seed')])
    wrapper.unmount()
  })

  it('says why other models cannot make rows, and asks for none', async () => {
    const { wrapper, at } = await opened({ kind: 'denoising' })
    await at('tab-make').trigger('click')
    expect(at('cannot-make').text()).toContain('nothing to draw new codes from')
    expect(at('make-rows').exists()).toBe(false)
    wrapper.unmount()
  })

  it('shows the way between two rows that were opened one after the other', async () => {
    const { wrapper, at, press, of } = await opened(variational)
    await at('tab-between').trigger('click')
    await press('ArrowRight')
    await press('Enter')
    await press('ArrowRight')
    await press('Enter')
    expect(of('interpolateRows').map((one) => one.input)).toEqual([{ runId: 'r1', from: 0, to: 1, steps: 7 }])
    await at('between-to').setValue('99')
    expect(wrapper.text()).toContain('Write row numbers from 1 to 4.')
    wrapper.unmount()
  })

  it('decodes a code as its numbers are turned, beside the row’s own', async () => {
    const { wrapper, at, press, of } = await opened(variational)
    await at('tab-code').trigger('click')
    await press('ArrowRight')
    await press('Enter')
    await settled()
    expect(of('decodeCodes').at(-1)?.input).toEqual({
      runId: 'r1',
      codes: [
        [0, 1],
        [0, 1],
      ],
    })
    await at('code-slider').setValue('0.75')
    expect(of('decodeCodes').at(-1)?.input).toEqual({
      runId: 'r1',
      codes: [
        [0, 1],
        [0.75, 1],
      ],
    })
    wrapper.unmount()
  })

  it('decodes a code of a conditional model in the context of its own row', async () => {
    const { wrapper, at, press, of } = await opened({
      ...variational,
      kind: 'conditional',
      context: ['heat'],
    })
    await at('tab-code').trigger('click')
    for (const key of ['ArrowRight', 'ArrowRight', 'Enter']) await press(key)
    await settled()
    await at('code-slider').setValue('0.75')
    expect(of('decodeCodes').map((one) => one.input)).toEqual([
      expect.objectContaining({ runId: 'r1', likeRow: 1 }),
      expect.objectContaining({ runId: 'r1', likeRow: 1 }),
    ])
    wrapper.unmount()
  })

  it('says in the core’s words why there is no map, and asks again', async () => {
    let works = false
    const { wrapper, at } = await opened(variational, {
      readLatentMap: async () => {
        if (!works) throw new Error('The codes could not be worked out.')
        return new Promise(() => {})
      },
    })
    expect(at('error').text()).toContain('The codes could not be worked out.')
    works = true
    await at('error').find('button').trigger('click')
    await settled()
    await settled()
    expect(wrapper.text()).toContain('Working out the codes of 4 rows …')
    wrapper.unmount()
  })

  it('shows how far the codes are read, stops it, and goes on when it is asked to', async () => {
    const { wrapper, at, of, reading } = await opened(variational, {}, null)
    reading({ state: 'running' }, 0.4)
    await settled()
    const bar = at('map-cancel').element.parentElement?.querySelector('[role="progressbar"]')
    expect(bar?.getAttribute('aria-valuenow')).toBe('40')
    await at('map-cancel').trigger('click')
    expect(of('cancelJob').map((one) => one.input)).toEqual([{ jobId: 'map 1' }])
    expect(at('map-cancel').text()).toBe('Cancelling …')
    reading({ state: 'cancelled', result: null })
    await settled()
    expect([of('readLatentMap').length, at('map-cancel').exists()]).toEqual([0, false])
    await at('map-load').trigger('click')
    await settled()
    reading({ state: 'done', result: { kind: 'latent-map', runId: 'r1' } })
    await settled()
    await settled()
    expect([of('startLatentMap').length, of('readLatentMap').length]).toEqual([2, 1])
    expect(at('point-map').exists()).toBe(true)
    wrapper.unmount()
  })

  it('says in the core’s words why the codes cannot be read', async () => {
    const failure = { code: 'disk', message: 'The table cannot be read.', details: {} } as const
    const { wrapper, at } = await opened(variational, {}, { state: 'failed', failure })
    expect(at('error').text()).toContain('The table cannot be read.')
    wrapper.unmount()
  })
})
