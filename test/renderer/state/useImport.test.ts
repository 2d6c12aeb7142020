import { describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { useImport } from '../../../renderer/state/useImport.ts'
import { useJobs } from '../../../renderer/state/useJobs.ts'
import { useProject } from '../../../renderer/state/useProject.ts'
import type { Api } from '../../../src/contract/api.ts'
import { Failure } from '../../../src/contract/failure.ts'
import type { ImportPreview } from '../../../src/contract/records.ts'
import { fakeConnection, settled } from '../fakeConnection.ts'
import { dataset, job, project } from '../records.ts'

const preview = (fields: Partial<ImportPreview> = {}): ImportPreview => ({
  fileName: 'pumps.csv',
  format: 'text',
  bytes: 10,
  dialect: dataset().dialect,
  detected: ['delimiter'],
  columns: [{ name: 'speed', type: 'number', role: 'feature' }],
  rows: [['1']],
  complaints: [],
  ...fields,
})

function opened(calls: Partial<Api>) {
  const { connection, events } = fakeConnection({ readProject: async () => project(), ...calls })
  const imported: string[] = []
  const scope = effectScope()
  const state = scope.run(() => {
    const jobs = useJobs(connection, useProject(connection))
    return useImport(connection, jobs, async (id) => {
      imported.push(id)
    })
  })
  if (!state) throw new Error('no scope')
  return { state, events, imported, scope }
}

const path = { kind: 'path', path: '/data/pumps.csv' } as const

describe('importing a file', () => {
  it('sends a file without a path in chunks of 1 MiB, in order, and then looks at it', async () => {
    const sizes: number[] = []
    const looked: unknown[] = []
    const { state } = opened({
      beginUpload: async () => ({ uploadId: 'u1' }),
      appendUpload: async ({ chunk }) => {
        sizes.push(chunk.length)
        return { received: sizes.reduce((sum, size) => sum + size, 0) }
      },
      previewImport: async ({ source }) => {
        looked.push(source)
        return preview()
      },
    })
    const blob = new Blob([new Uint8Array(2.5 * 1024 * 1024)])
    await state.take({ name: 'pumps.csv', blob, path: null })
    expect(sizes).toEqual([1_048_576, 1_048_576, 524_288])
    expect(looked).toEqual([{ kind: 'upload', uploadId: 'u1' }])
    expect(state.arrival.value.state).toBe('looking')
  })

  it('reads the preview again with what was chosen, and without it once taken back', async () => {
    const asked: unknown[] = []
    const { state } = opened({
      previewImport: async ({ dialect }) => {
        asked.push(dialect)
        return preview()
      },
    })
    await state.look(path, 'pumps.csv')
    await state.choose({ delimiter: ';' })
    await state.choose({ hasHeader: false })
    await state.unchoose('delimiter')
    expect(asked).toEqual([
      {},
      { delimiter: ';' },
      { delimiter: ';', hasHeader: false },
      { hasHeader: false },
    ])
  })

  it('imports with the chosen dialect and the choices for columns that are still there', async () => {
    const started: unknown[] = []
    const { state, events, imported } = opened({
      previewImport: async () => preview(),
      startImport: async (input) => {
        started.push(input)
        return { jobId: 'j1' }
      },
    })
    await state.look(path, 'pumps.csv')
    state.chooseColumn('speed', { role: 'ignored' })
    state.chooseColumn('speed', { type: 'category' })
    state.chooseColumn('gone', { role: 'label' })
    await state.confirm()
    expect(started).toEqual([
      { source: path, dialect: {}, columns: { speed: { role: 'ignored', type: 'category' } } },
    ])
    const status = { state: 'done', result: { kind: 'import', datasetId: 'd1' } } as const
    events.jobChanged(job({ kind: 'import', status }))
    await settled()
    expect([imported, state.arrival.value.state]).toEqual([['d1'], 'none'])
  })

  it('keeps a file that was dropped while another was imported', async () => {
    const { state, events } = opened({
      previewImport: async () => preview(),
      startImport: async () => ({ jobId: 'j1' }),
    })
    await state.look(path, 'pumps.csv')
    await state.confirm()
    await state.look({ kind: 'path', path: '/data/fans.csv' }, 'fans.csv')
    const status = { state: 'done', result: { kind: 'import', datasetId: 'd1' } } as const
    events.jobChanged(job({ kind: 'import', status }))
    await settled()
    expect(state.arrival.value).toMatchObject({ state: 'looking', name: 'fans.csv' })
  })

  it('keeps a sample import in sight when a second sample is clicked meanwhile', async () => {
    let started = 0
    const { state, events, imported } = opened({
      startSampleImport: async () => ({ jobId: `j${++started}` }),
    })
    await state.takeSample('pumps')
    events.jobChanged(job({ kind: 'import' }))
    await state.takeSample('cards')
    expect([started, state.job.jobId.value]).toEqual([1, 'j1'])
    const status = { state: 'done', result: { kind: 'import', datasetId: 'd1' } } as const
    events.jobChanged(job({ kind: 'import', status }))
    await settled()
    expect(imported).toEqual(['d1'])
  })

  it('lets the core forget bytes that are discarded, superseded, stopped on the way or left behind, but not those being imported', async () => {
    let uploads = 0
    const ended: string[] = []
    const { state, events, scope } = opened({
      beginUpload: async () => ({ uploadId: `u${++uploads}` }),
      appendUpload: async () => {
        if (uploads === 4) throw new Failure('disk', 'The disk is full.')
        return { received: 1 }
      },
      endUpload: async ({ uploadId }) => {
        ended.push(uploadId)
        throw new Failure('not-found', 'Gone already.')
      },
      previewImport: async () => preview(),
      startImport: async () => ({ jobId: 'j1' }),
    })
    const file = { name: 'pumps.csv', blob: new Blob(['a']), path: null }
    await state.take(file)
    state.close()
    expect(ended).toEqual(['u1'])
    await state.take(file)
    await state.take(file)
    expect(ended).toEqual(['u1', 'u2'])
    await state.take(file)
    expect(ended).toEqual(['u1', 'u2', 'u3', 'u4'])

    await state.take(file)
    await state.confirm()
    events.jobChanged(job({ kind: 'import' }))
    await state.take(file)
    expect(ended).not.toContain('u5')
    scope.stop()
    expect(ended.at(-1)).toBe('u6')
  })

  it('says in words what a browser cannot read', async () => {
    const { state } = opened({ beginUpload: async () => ({ uploadId: 'u1' }) })
    const blob = {
      size: 10,
      slice: () => ({
        arrayBuffer: async () => {
          throw new DOMException('gone', 'NotFoundError')
        },
      }),
    } as unknown as Blob
    await state.take({ name: 'gone.csv', blob, path: null })
    expect(state.failure.value?.message).toMatch(/^gone\.csv could not be read/)
    expect(state.arrival.value.state).toBe('none')
  })

  it('shows why a preview failed and keeps the file on the table', async () => {
    const { state } = opened({
      previewImport: async () => {
        throw new Failure('unreadable-file', 'pumps.csv is empty.')
      },
    })
    await state.look(path, 'pumps.csv')
    expect(state.failure.value?.message).toBe('pumps.csv is empty.')
    expect(state.arrival.value.state).toBe('looking')
  })

  it('does not import by a choice that cannot read the file, and reads again without it', async () => {
    const { state } = opened({
      previewImport: async ({ dialect }) => {
        if (dialect?.delimiter === '|') throw new Failure('unreadable-file', 'No line holds a pipe.')
        return preview()
      },
    })
    await state.look(path, 'pumps.csv')
    await state.choose({ delimiter: '|' })
    expect([state.preview.value, state.dialect.value.delimiter]).toEqual([null, '|'])
    await state.confirm()
    expect(state.job.jobId.value).toBe(null)
    await state.unchoose('delimiter')
    expect([state.preview.value?.fileName, state.failure.value]).toEqual(['pumps.csv', null])
  })

  it('sends the file again, choices kept, when the core was restarted, and looks on at a file with a path', async () => {
    let uploads = 0
    const { state, events } = opened({
      beginUpload: async () => ({ uploadId: `u${++uploads}` }),
      appendUpload: async () => ({ received: 1 }),
      previewImport: async () => preview(),
    })
    await state.take({ name: 'pumps.csv', blob: new Blob(['a']), path: null })
    await state.choose({ delimiter: '|' })
    events.coreRestarted({ message: 'restarted', working: true })
    await vi.waitFor(() =>
      expect(state.arrival.value).toEqual({
        state: 'looking',
        name: 'pumps.csv',
        source: { kind: 'upload', uploadId: 'u2' },
      }),
    )
    expect(state.dialect.value.delimiter).toBe('|')
    events.coreRestarted({ message: 'gave up', working: false })
    expect(state.arrival.value.state).toBe('none')

    await state.look(path, 'pumps.csv')
    events.coreRestarted({ message: 'restarted', working: true })
    expect(state.arrival.value.state).toBe('looking')
    expect(uploads).toBe(2)
  })
})
