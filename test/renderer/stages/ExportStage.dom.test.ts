import { afterEach, describe, expect, it, vi } from 'vitest'
import ExportStage from '../../../renderer/stages/export/ExportStage.vue'
import type { Api } from '../../../src/contract/api.ts'
import type { DesktopHost } from '../../../src/contract/host.ts'
import { settled } from '../fakeConnection.ts'
import { mountStage } from '../mountStage.ts'
import { dataset, job, run } from '../records.ts'

const file = { name: 'pumps flagged.csv', path: '/exports/pumps flagged.csv', rows: 1, bytes: 99 }
afterEach(() => {
  document.body.replaceChildren()
})

async function opened(host?: DesktopHost, flagged = 1) {
  const started: unknown[] = []
  const calls: Partial<Api> = {
    planTraining: () => new Promise(() => {}),
    readEvaluation: async () => null,
    readScores: async () => ({
      runId: 'r1',
      scores: Float32Array.from([8, 1]),
      rows: Int32Array.from([0, 1]),
      labels: null,
    }),
    setThreshold: async ({ rule, value }) => ({ rule, value, cut: flagged ? 5 : 9, flagged }),
    startExport: async (input) => {
      started.push(input)
      return { jobId: 'j1' }
    },
    readRowsAsText: async (input) => {
      started.push(input)
      return { text: 'a\n1\n', rows: 1, total: 2 }
    },
    startModelExport: async (input) => {
      started.push(input)
      return { jobId: 'j1' }
    },
  }
  const threshold = { rule: 'otsu', value: null, cut: flagged ? 5 : 9, flagged } as const
  const stage = await mountStage(ExportStage, {
    project: { datasets: [dataset()], runs: [run({ threshold })] },
    calls,
    ...(host ? { host } : {}),
  })
  return { ...stage, started }
}

describe('export', () => {
  it('writes flagged rows with formulas neutralised unless told otherwise, and says where', async () => {
    const { wrapper, at, started, events } = await opened({
      chooseSaveFile: async () => '/home/ana/out.csv',
    } as Partial<DesktopHost> as DesktopHost)
    await at('export-start').trigger('click')
    await settled()
    expect(started).toEqual([
      { runId: 'r1', rows: 'flagged', neutraliseFormulas: true, path: '/home/ana/out.csv' },
    ])
    events.jobChanged(job({ kind: 'export', status: { state: 'done', result: { kind: 'export', file } } }))
    await settled()
    expect(at('export-done').text()).toContain('/exports/pumps flagged.csv')
    wrapper.unmount()
  })

  it('writes nothing when the save dialog is closed, and complains of nothing', async () => {
    const { wrapper, at, started } = await opened({
      chooseSaveFile: async () => null,
    } as Partial<DesktopHost> as DesktopHost)
    await at('export-start').trigger('click')
    await settled()
    expect([started, at('error').exists()]).toEqual([[], false])
    wrapper.unmount()
  })

  it('downloads in a browser once the file is written', async () => {
    const { wrapper, at, started, events } = await opened()
    const clicked: string[] = []
    document.addEventListener('click', (event) => {
      const anchor = (event.target as HTMLElement).closest('a')
      if (anchor) clicked.push(anchor.getAttribute('href') ?? '')
      event.preventDefault()
    })
    await at('export-scope-all').find('input').setValue()
    await at('export-start').trigger('click')
    await settled()
    expect(started).toEqual([{ runId: 'r1', rows: 'all', neutraliseFormulas: true }])
    events.jobChanged(job({ kind: 'export', status: { state: 'done', result: { kind: 'export', file } } }))
    await settled()
    expect(clicked).toContain('/exports/pumps%20flagged.csv')
    wrapper.unmount()
  })

  it('adds the codes to the rows when asked to', async () => {
    const { wrapper, at, started } = await opened()
    await at('export-codes').find('input').setValue(true)
    expect(wrapper.text()).toContain('code_1 to code_2')
    await at('export-start').trigger('click')
    await settled()
    expect(started).toEqual([{ runId: 'r1', rows: 'flagged', codes: true, neutraliseFormulas: true }])
    wrapper.unmount()
  })

  it('writes the columns chosen in the format chosen, by that ending', async () => {
    const names: string[] = []
    const { wrapper, at, started } = await opened({
      chooseSaveFile: async (name) => {
        names.push(name)
        return `/home/ana/${name}`
      },
    } as Partial<DesktopHost> as DesktopHost)
    await at('export-format-xlsx').find('input').setValue(true)
    await at('export-columns').findAll('input[type=checkbox]')[1]?.trigger('change')
    expect(at('export-neutralise').exists()).toBe(false)
    expect(wrapper.text()).toContain('--out flagged.xlsx --columns heat')
    await at('export-start').trigger('click')
    await settled()
    expect(names).toEqual(['pumps-flagged.xlsx'])
    expect(started).toMatchObject([
      { format: 'xlsx', columns: ['heat'], path: '/home/ana/pumps-flagged.xlsx' },
    ])
    wrapper.unmount()
  })

  it('copies the rows as text, and says how many of them', async () => {
    const { wrapper, at, started } = await opened()
    const written: ClipboardItem[] = []
    vi.stubGlobal(
      'ClipboardItem',
      class {
        constructor(readonly items: Record<string, Promise<Blob>>) {}
      },
    )
    const spy = vi.spyOn(navigator.clipboard, 'write').mockImplementation(async (items) => {
      written.push(...items)
    })
    await at('export-copy').trigger('click')
    await settled()
    expect(started).toEqual([{ runId: 'r1', rows: 'flagged', neutraliseFormulas: true }])
    expect(written).toHaveLength(1)
    expect(wrapper.text()).toContain('Copied the first 1 of 2 rows; a file takes all.')
    spy.mockRestore()
    vi.unstubAllGlobals()
    wrapper.unmount()
  })

  it('writes the model in the format chosen, by the line that stands, and keeps the rows’ file apart', async () => {
    const { wrapper, at, started, events } = await opened({
      chooseSaveFile: async (name) => `/home/ana/${name}`,
    } as Partial<DesktopHost> as DesktopHost)
    await at('model-format-tensorflowjs').find('input').setValue()
    await at('model-export').trigger('click')
    await settled()
    expect(started).toEqual([
      { runId: 'r1', format: 'tensorflowjs', path: '/home/ana/pumps-tensorflowjs.zip' },
    ])
    events.jobChanged(job({ kind: 'export', status: { state: 'done', result: { kind: 'export', file } } }))
    await settled()
    expect([at('model-done').exists(), at('export-done').exists()]).toEqual([true, false])
    wrapper.unmount()
  })

  it('says in place when the browser refuses the clipboard, and promises no order but the file’s', async () => {
    const { wrapper, at } = await opened()
    expect(at('export-scope-flagged').text()).toContain('1 row in file order, each with its rank')
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValueOnce(
      new DOMException('no', 'NotAllowedError'),
    )
    await at('copy').trigger('click')
    await settled()
    expect(at('copy').text()).toBe('Not copied')
    expect(wrapper.text()).toContain('The browser refused the clipboard. Select the text and press Ctrl C.')
    await at('copy').trigger('click')
    await settled()
    expect(at('copy').text()).toBe('Copied')
    wrapper.unmount()
  })

  it('says what to do when no row is flagged', async () => {
    const { wrapper, at } = await opened(undefined, 0)
    expect(at('export-start').attributes('disabled')).toBeDefined()
    expect(wrapper.text()).toContain('Lower the threshold in Review')
    wrapper.unmount()
  })
})
