import { describe, expect, it } from 'vitest'
import StageRail from '../../../renderer/shell/StageRail.vue'
import { mountStage } from '../mountStage.ts'
import { dataset } from '../records.ts'

const planTraining = () => new Promise<never>(() => {})

describe('the rail of stages', () => {
  it('does not show the old table’s counts while another file is looked at', async () => {
    const { wrapper, workbench, at } = await mountStage(StageRail, {
      project: { datasets: [dataset()] },
      calls: { planTraining, previewImport: () => new Promise(() => {}) },
    })
    expect(at('stage-note-import').text()).toBe('4 rows × 2')
    void workbench.importing.look({ kind: 'path', path: '/fans.csv' }, 'fans.csv')
    await wrapper.vm.$nextTick()
    expect(at('stage-note-import').text()).toBe('Looking at fans.csv')
    wrapper.unmount()
  })

  it('tells data sets of one name apart by when they were imported', async () => {
    const { wrapper } = await mountStage(StageRail, {
      project: {
        datasets: [
          dataset(),
          dataset({ datasetId: 'd2', importedAt: '2026-11-20T12:00:41Z' }),
          dataset({ datasetId: 'd3', name: 'fans.csv' }),
        ],
      },
      calls: { planTraining },
    })
    const options = wrapper.findAll('option').map((one) => one.text())
    expect(new Set(options).size).toBe(3)
    expect(options[1]).toMatch(/^pumps\.csv · .*:00:41/)
    expect(options[2]).toBe('fans.csv')
    wrapper.unmount()
  })
})
