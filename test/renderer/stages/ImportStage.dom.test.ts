import { afterEach, describe, expect, it } from 'vitest'
import ImportStage from '../../../renderer/stages/import/ImportStage.vue'
import { Failure } from '../../../src/contract/failure.ts'
import { settled } from '../fakeConnection.ts'
import { mountStage } from '../mountStage.ts'
import { column, dataset, project } from '../records.ts'

const planTraining = () => new Promise<never>(() => {})
const samples = [{ sampleId: 'pumps', title: 'Pumps', description: 'Two sensors.' }]
afterEach(() => {
  document.body.replaceChildren()
})

describe('import without a data set', () => {
  it('says what to do and offers the samples, one click each', async () => {
    const asked: unknown[] = []
    const { wrapper, at } = await mountStage(ImportStage, {
      project: { samples },
      calls: {
        startSampleImport: async (input) => {
          asked.push(input)
          return { jobId: 'j1' }
        },
      },
    })
    expect(wrapper.text()).toContain('Drop a table anywhere on this window')
    await at('sample-pumps').trigger('click')
    expect(asked).toEqual([{ sampleId: 'pumps' }])
    wrapper.unmount()
  })

  it('shows what would be read, with complaints, and the dialect as found or chosen', async () => {
    const { wrapper, workbench, at } = await mountStage(ImportStage, {
      calls: {
        previewImport: async ({ dialect }) => ({
          fileName: 'pumps.csv',
          format: 'text',
          bytes: 12,
          dialect: { ...dataset().dialect, ...dialect },
          detected: [],
          columns: [{ name: 'speed', type: 'number', role: 'feature' }],
          rows: [['1'], ['2']],
          complaints: [
            {
              line: 3,
              column: null,
              kind: 'ragged',
              message: 'Two cells.',
              raw: '1,2',
              action: 'quarantined',
            },
          ],
        }),
      },
    })
    await workbench.importing.look({ kind: 'path', path: '/pumps.csv' }, 'pumps.csv')
    await settled()
    expect(wrapper.findAll('[data-testid="preview-row"]').map((row) => row.text())).toEqual(['1', '2'])
    expect(at('preview').text()).toContain('Line 3')
    expect(wrapper.text()).not.toContain('chosen')
    await at('dialect-delimiter').setValue(';')
    await settled()
    expect((at('dialect-delimiter').element as HTMLSelectElement).value).toBe(';')
    expect(wrapper.text()).toContain('chosen')
    wrapper.unmount()
  })

  it('offers no dialect for a file whose cells have types, and says what it is', async () => {
    const { wrapper, workbench } = await mountStage(ImportStage, {
      calls: {
        previewImport: async () => ({
          fileName: 'pumps.parquet',
          format: 'parquet',
          bytes: 12,
          dialect: dataset().dialect,
          detected: [],
          columns: [{ name: 'speed', type: 'number', role: 'feature' }],
          rows: [['1']],
          complaints: [],
        }),
      },
    })
    await workbench.importing.look({ kind: 'path', path: '/pumps.parquet' }, 'pumps.parquet')
    await settled()
    expect(wrapper.text()).toContain('1 column, a Parquet file.')
    expect(wrapper.find('[data-testid="dialect-delimiter"]').exists()).toBe(false)
    wrapper.unmount()
  })
})

describe('import with a data set', () => {
  it('shows its numbers, and puts a refused type back with the reason at the column', async () => {
    const { wrapper, at } = await mountStage(ImportStage, {
      project: { datasets: [dataset({ rows: 19_020, columns: [column({ name: 'heat' })] })] },
      calls: {
        planTraining,
        updateColumns: async () => {
          throw new Failure('bad-request', 'Line 3 of heat is no date.')
        },
      },
    })
    expect(at('dataset-summary').text()).toContain('19,020')
    await at('column-type').setValue('date-time')
    await settled()
    expect(at('column-row').find('[data-testid="error"]').text()).toBe('Line 3 of heat is no date.')
    expect((at('column-type').element as HTMLSelectElement).value).toBe('number')
    wrapper.unmount()
  })

  it('says above the rows why they cannot be read', async () => {
    const { wrapper, at } = await mountStage(ImportStage, {
      project: { datasets: [dataset({ rows: 4 })] },
      calls: {
        planTraining,
        openView: async () => {
          throw new Failure('disk', 'The disk is gone.')
        },
      },
    })
    await at('tab-rows').trigger('click')
    await settled()
    expect(at('error').text()).toContain('The disk is gone.')
    wrapper.unmount()
  })

  it('draws only the columns in view of five thousand, and finds one by name', async () => {
    const columns = Array.from({ length: 5000 }, (_, index) => column({ name: `sensor ${index}` }))
    const { wrapper, at } = await mountStage(ImportStage, {
      project: { datasets: [dataset({ columns })] },
      calls: { planTraining },
    })
    expect(wrapper.findAll('[data-testid="column-row"]').length).toBeLessThan(60)
    await at('column-search').setValue('sensor 4321')
    expect(wrapper.findAll('[data-testid="column-row"]').length).toBe(1)
    wrapper.unmount()
  })
})

describe('the moments of a column', () => {
  it('are shown without T, Z and zero seconds, their mean to the minute', async () => {
    const when = column({
      name: 'when',
      type: 'date-time',
      minimum: Date.UTC(2025, 2, 6, 0, 50),
      mean: Date.UTC(2025, 2, 7, 1, 20, 12) + 0.25,
      maximum: Date.UTC(2025, 2, 8, 1, 50, 9),
    })
    const { wrapper } = await mountStage(ImportStage, {
      project: { datasets: [dataset({ columns: [when] })] },
      calls: { planTraining },
    })
    const cells = wrapper.findAll('[data-testid="column-row"] .moment').map((one) => one.text())
    expect(cells).toEqual(['2025-03-06 00:50', '2025-03-07 01:20', '2025-03-08 01:50:09'])
    wrapper.unmount()
  })
})

describe('the health of a data set', () => {
  const finding = {
    kind: 'duplicate-columns',
    serious: true,
    columns: ['speed', 'heat'],
    message: 'Heat says the same as speed.',
    reason: 'It counts twice.',
    fix: { title: 'Leave it out', columns: { heat: { role: 'ignored' } } },
  } as const

  it('shows what was found and puts it right with one click', async () => {
    const asked: unknown[] = []
    const held = { now: dataset() }
    const { wrapper, workbench, at } = await mountStage(ImportStage, {
      calls: {
        planTraining,
        readProject: async () => project({ datasets: [held.now] }),
        readHealth: async () => (held.now.columns[1]?.role === 'ignored' ? [] : [finding]),
        updateColumns: async (input) => {
          asked.push(input)
          const [speed, heat] = held.now.columns
          if (speed && heat) held.now = { ...held.now, columns: [speed, { ...heat, role: 'ignored' }] }
          return held.now
        },
      },
    })
    await settled()
    await wrapper
      .findAll('[role="tab"]')
      .find((tab) => tab.text().includes('Health'))
      ?.trigger('click')
    expect(at('finding').text()).toContain('Heat says the same as speed.')
    await at('finding-fix').trigger('click')
    await workbench.project.reread()
    await settled()
    expect(asked).toEqual([{ datasetId: 'd1', columns: { heat: { role: 'ignored' } } }])
    expect(at('healthy').exists()).toBe(true)
    wrapper.unmount()
  })
})
