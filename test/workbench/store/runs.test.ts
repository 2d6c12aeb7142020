import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRunStore, type RunParts, type RunStore } from '../../../src/workbench/store/runs.ts'
import type { StoredRun } from '../../../src/workbench/store/storedRun.ts'
import { cancelAfter, importFileOf, openIn, pumps } from '../openWorkbench.ts'

let project: string
let folder: string
let store: RunStore
let partial: StoredRun
let parts: RunParts

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'residual-runs-'))
  const { workbench, api } = await openIn(project)
  const datasetId = await importFileOf(api, pumps)
  const settings = { steps: 2000, copies: 1, hidden: [16], batchRows: 64 }
  await cancelAfter(api, 2, api.startTraining({ datasetId, settings }))
  await workbench.close()
})
beforeEach(async () => {
  folder = await mkdtemp(join(project, 'runs-'))
  await cp(join(project, 'runs'), folder, { recursive: true })
  store = await openRunStore(folder)
  const [run] = store.list()
  if (!run) throw new Error('no run')
  partial = run
  const { runId } = run
  parts = { model: await store.readModel(runId), ranked: await store.readScores(runId), reference: null }
})
afterAll(() => rm(project, { recursive: true, force: true }))

describe('a run store', () => {
  it('does not put an old record over a run that is saved meanwhile', async () => {
    const { runId } = partial
    let isSaved = false
    const saving = store.save({ ...partial, state: 'complete' }, parts).then(() => {
      isSaved = true
    })
    while (!isSaved) {
      const threshold = { ...partial.threshold, cut: 7 }
      await store.update(runId, async (run) => ({ ...run, threshold }))
    }
    await saving
    expect([store.find(runId).state, (await openRunStore(folder)).find(runId).state]).toEqual([
      'complete',
      'complete',
    ])
  })

  it('always has a checkpoint that is whole while it writes the next, and opens with the newest', async () => {
    const { runId } = partial
    await store.saveCheckpoint({ ...partial, stepsDone: 1 }, parts)
    let isSaved = false
    const saving = (async () => {
      for (const stepsDone of [2, 3, 4]) await store.saveCheckpoint({ ...partial, stepsDone }, parts)
      isSaved = true
    })()
    const without: string[][] = []
    while (!isSaved) {
      const names = await readdir(folder)
      if (!names.some((name) => name.startsWith('.whole-'))) without.push(names)
    }
    await saving
    expect(without).toEqual([])
    const [whole = ''] = (await readdir(folder)).filter((name) => name.startsWith('.whole-'))
    // Killed before the older one was removed.
    await cp(join(folder, whole), join(folder, `.whole-${runId}.12`), { recursive: true })
    const newest = JSON.stringify({ ...partial, stepsDone: 12 })
    await writeFile(join(folder, `.whole-${runId}.12`, 'run.json'), newest)
    expect((await openRunStore(folder)).find(runId).stepsDone).toBe(12)
    expect(await readdir(folder)).toEqual([runId])
  })

  it('opens with a checkpoint of an earlier version, which had no number', async () => {
    const { runId } = partial
    await cp(join(folder, runId), join(folder, `.whole-${runId}`), { recursive: true })
    await rm(join(folder, runId), { recursive: true })
    expect((await openRunStore(folder)).find(runId)).toEqual(partial)
  })

  it('takes a damaged reference for none, and says what else is in the way', async () => {
    const { runId } = partial
    expect(await store.readReference(runId)).toBeNull()
    const path = join(folder, runId, 'reference.json')
    for (const text of ['{"rows":', '{"rows":"many"}']) {
      await writeFile(path, text)
      expect(await store.readReference(runId)).toBeNull()
    }
    await rm(path)
    await mkdir(path)
    await expect(store.readReference(runId)).rejects.toMatchObject({ code: 'disk' })
  })
})
