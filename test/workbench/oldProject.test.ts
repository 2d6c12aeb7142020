import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Api } from '../../src/contract/api.ts'
import type { Workbench } from '../../src/workbench/createWorkbench.ts'
import { importFileOf, openIn, resultOf } from './openWorkbench.ts'

// Runs as the first version of Residual kept them: the same training, once to its end and once cancelled.
const kept = join(import.meta.dirname, 'fixtures/version1')
let folder: string
let workbench: Workbench
let api: Api
const runIds: Record<string, string> = {}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-old-'))
  ;({ workbench, api } = await openIn(folder))
  const datasetId = await importFileOf(api, join(kept, 'table.csv'))
  await workbench.close()
  // The first version made no such folder.
  await rm(join(folder, 'models'), { recursive: true })
  for (const name of ['complete', 'partial']) {
    const run = JSON.parse(await readFile(join(kept, name, 'run.json'), 'utf8'))
    await cp(join(kept, name), join(folder, 'runs', run.runId), { recursive: true })
    await writeFile(join(folder, 'runs', run.runId, 'run.json'), JSON.stringify({ ...run, datasetId }))
    runIds[name] = run.runId
  }
  ;({ workbench, api } = await openIn(folder))
})
afterAll(async () => {
  await workbench.close()
  await rm(folder, { recursive: true, force: true })
})

const runId = (name: string) => runIds[name] ?? ''

describe('a project of the first version', () => {
  it('opens with its runs, whose new settings are what that version always did', async () => {
    const project = await api.readProject({})
    expect([project.warnings, project.models]).toEqual([[], []])
    expect(project.runs.map(({ state }) => state).sort()).toEqual(['complete', 'partial'])
    expect(await api.readRun({ runId: runId('complete') })).toMatchObject({
      scored: null,
      phases: [],
      bestStep: null,
      settings: {
        flavour: { kind: 'denoising' },
        loss: 'squared',
        rowLoss: 'log1p',
        learningRateSchedule: 'cosine',
        softClip: true,
        earlyStopping: null,
      },
    })
  })

  it('explains its rows by the scores that were kept', async () => {
    for (const name of ['complete', 'partial']) {
      const page = await api.readRankedRows({ runId: runId(name), from: 0, to: 80 })
      expect(page.rows.length).toBe(80)
      const [first] = page.rows
      const { shares, score } = await api.explainRow({ runId: runId(name), row: first?.row ?? -1 })
      expect(shares.reduce((sum, { share }) => sum + share, 0) / score).toBeCloseTo(1, 4)
    }
  })

  it('scores new rows, although its runs kept nothing to compare them with', async () => {
    const source = { kind: 'path', path: join(kept, 'table.csv') } as const
    const started = api.startScoring({ model: { runId: runId('complete') }, data: { source } })
    const { runId: scored } = await resultOf(api, 'scoring', started)
    const before = await api.readScores({ runId: runId('complete') })
    const after = await api.readScores({ runId: scored })
    expect(after.rows).toEqual(before.rows)
    const run = await api.readRun({ runId: scored })
    expect(run.scored?.differences).toEqual([])
    expect(run.scored?.drift.columns.map(({ level }) => level)).toEqual(['none', 'none', 'none', 'none'])
  })

  it('goes on with a training that was cancelled, to where the other one ended', async () => {
    await resultOf(api, 'training', api.resumeTraining({ runId: runId('partial') }))
    expect((await api.readRun({ runId: runId('partial') })).state).toBe('complete')
    const whole = await api.readScores({ runId: runId('complete') })
    const resumed = await api.readScores({ runId: runId('partial') })
    // Another version adds up in another order: the same but for rounding, which training amplifies.
    for (const [place, score] of whole.scores.entries()) {
      expect((resumed.scores[place] ?? 0) / score).toBeCloseTo(1, 2)
    }
  })
})
