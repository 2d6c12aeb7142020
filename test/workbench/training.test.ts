import { existsSync, readdirSync, renameSync } from 'node:fs'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Api } from '../../src/contract/api.ts'
import { Failure } from '../../src/contract/failure.ts'
import type { Workbench, WorkbenchOptions } from '../../src/workbench/createWorkbench.ts'
import { cancelAfter, endOf, importFileOf, openIn, pumps, resultOf } from './openWorkbench.ts'

let folder: string
let workbench: Workbench
let api: Api
let datasetId: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-training-'))
  ;({ workbench, api } = await openIn(folder))
  datasetId = await importFileOf(api, pumps)
})
afterEach(async () => {
  await workbench.close()
  await rm(folder, { recursive: true, force: true })
})

/** Enough steps that a cancel arrives in time, few enough for a test. */
const settings = { steps: 1200, copies: 1, hidden: [16], batchRows: 64 } as const

async function reopen(options: Partial<WorkbenchOptions> = {}) {
  await workbench.close()
  ;({ workbench, api } = await openIn(folder, options))
}

describe('planning', () => {
  it('says what will be trained, with every setting filled in, and the phases', async () => {
    const plan = await api.planTraining({
      datasetId,
      settings: { flavour: { kind: 'stacked', pretrainingShare: 0.5 }, steps: 300 },
    })
    expect(plan.settings).toMatchObject({ steps: 300, hidden: expect.any(Array), copies: expect.any(Number) })
    expect(plan.settings.code).not.toBeNull()
    expect(plan.phases.length).toBe(plan.settings.hidden.length + 2)
    expect(plan.phases.at(-1)).toEqual({ title: 'Training all layers', fromStep: 150 })
  })

  it('follows the columns as they are changed', async () => {
    const before = await api.planTraining({ datasetId })
    await api.updateColumns({ datasetId, columns: { speed_rpm: { role: 'ignored' } } })
    expect((await api.planTraining({ datasetId })).features).toBeLessThan(before.features)
  })
})

describe('estimating', () => {
  it('says how long such a training takes and how much memory, more for more steps', async () => {
    const { seconds, bytes } = await api.estimateTraining({ datasetId })
    expect([seconds > 0, bytes > 1e6]).toEqual([true, true])
    const longer = await api.estimateTraining({ datasetId, settings: { steps: 40_000 } })
    expect(longer.seconds).toBeGreaterThan(10 * seconds)
    expect(
      (await api.estimateTraining({ datasetId, settings: { loss: 'binary-cross-entropy' } })).seconds,
    ).toBeGreaterThan(0)
    await expect(api.estimateTraining({ datasetId, settings: { steps: 0 } })).rejects.toThrow(/steps/)
  })
})

describe('several seeds', () => {
  it('train one run each in one job, on the same rows', async () => {
    const few = { steps: 30, copies: 1 }
    const started = api.startTraining({ datasetId, settings: few, seeds: [7, 8, 9] })
    const { runId, runIds } = await resultOf(api, 'training', started)
    expect([runIds.length, new Set(runIds).size, runIds[0]]).toEqual([3, 3, runId])
    const runs = await Promise.all(runIds.map((id) => api.readRun({ runId: id })))
    expect(runs.map((run) => run.settings.seed)).toEqual([7, 8, 9])
    const alone = await resultOf(
      api,
      'training',
      api.startTraining({ datasetId, settings: { ...few, seed: 8 } }),
    )
    const [, eight = ''] = runIds
    expect((await api.readScores({ runId: alone.runId })).scores).toEqual(
      (await api.readScores({ runId: eight })).scores,
    )
    const [job] = (await api.listJobs({})).filter(({ kind }) => kind === 'training')
    expect(job?.progress).toBe(1)
    // The curve of the last seed only.
    expect(job?.curve.at(-1)?.step).toBe(30)
    expect(job?.curve.length).toBe(30)
  })

  it('keep what was finished and what the one under way had reached when they are cancelled', async () => {
    const { jobId } = await api.startTraining({ datasetId, settings, seeds: [1, 2, 3] })
    for (;;) {
      const job = (await api.listJobs({})).find((entry) => entry.jobId === jobId)
      if (job?.phase.includes('seed 2') && job.curve.length > 1) break
      await sleep(2)
    }
    await api.cancelJob({ jobId })
    const { status } = await endOf(api, { jobId })
    if (status.state !== 'cancelled' || status.result?.kind !== 'training') throw new Error('not cancelled')
    const runs = await Promise.all(status.result.runIds.map((runId) => api.readRun({ runId })))
    expect(runs.map((run) => [run.settings.seed, run.state])).toEqual([
      [1, 'complete'],
      [2, 'partial'],
    ])
    expect(status.result.seedsLeft).toEqual([3])
    const [, paused] = runs
    expect(paused?.seedsLeft).toEqual([3])
    await reopen()
    const resumed = api.resumeTraining({ runId: paused?.runId ?? '' })
    const { runIds } = await resultOf(api, 'training', resumed)
    const after = await Promise.all(runIds.map((runId) => api.readRun({ runId })))
    expect(after.map((run) => [run.settings.seed, run.state, run.seedsLeft])).toEqual([
      [2, 'complete', undefined],
      [3, 'complete', undefined],
    ])
    const alone = api.startTraining({ datasetId, settings: { ...settings, seed: 3 } })
    const { runId } = await resultOf(api, 'training', alone)
    expect((await api.readScores({ runId: runIds[1] ?? '' })).scores).toEqual(
      (await api.readScores({ runId })).scores,
    )
  })
})

describe('a training that fails', () => {
  /** Ends the training by force once, as soon as `when` holds. */
  const breaking = (when: (phase: string) => boolean): Partial<WorkbenchOptions> => {
    let isBroken = false
    return {
      announce(_event, ...payload) {
        const [job] = payload
        if (isBroken || job === undefined || !('phase' in job) || !when(job.phase)) return
        isBroken = true
        throw new Failure('engine', 'It broke.')
      },
    }
  }

  it('keeps and names the seeds that had ended well', async () => {
    await reopen(breaking((phase) => phase.includes('seed 2')))
    const few = { steps: 30, copies: 1 }
    const { status } = await endOf(api, await api.startTraining({ datasetId, settings: few, seeds: [7, 8] }))
    const [run, ...others] = (await api.readProject({})).runs
    expect([run?.settings.seed, run?.state, others]).toEqual([7, 'complete', []])
    expect(status).toMatchObject({
      state: 'failed',
      failure: {
        code: 'engine',
        message: 'Seed 8: It broke. Finished and kept: seed 7.',
        details: { finishedRuns: run?.runId },
      },
    })
  })

  it('keeps its last checkpoint as a run that can be gone on with', async () => {
    const wholes = () => readdirSync(join(folder, 'runs')).filter((name) => name.startsWith('.whole-'))
    await reopen({
      checkpointMilliseconds: 20,
      ...breaking((phase) => phase === 'Training' && wholes().length > 0),
    })
    const { status } = await endOf(api, await api.startTraining({ datasetId, settings }))
    expect(status).toMatchObject({
      state: 'failed',
      failure: { message: expect.stringMatching(/^It broke\. What it had reached after \d+ of 1200 steps/) },
    })
    const [run] = (await api.readProject({})).runs
    expect([run?.state, wholes()]).toEqual(['partial', []])
    const runId = run?.runId ?? ''
    expect((await api.readScores({ runId })).scores.length).toBe(run?.rows)
    await resultOf(api, 'training', api.resumeTraining({ runId }))
    expect((await api.readRun({ runId })).state).toBe('complete')
  })

  it('is none where a checkpoint alone could not be written', async () => {
    const [runs, away] = [join(folder, 'runs'), join(folder, 'away')]
    let missed = 0
    await reopen({
      checkpointMilliseconds: 5,
      announce(_event, ...payload) {
        const [job] = payload
        if (job === undefined || !('phase' in job)) return
        const isSaving = job.phase === 'Saving what is reached'
        if (isSaving && existsSync(runs)) {
          renameSync(runs, away)
          missed++
        }
        if (!isSaving && existsSync(away)) renameSync(away, runs)
      },
    } satisfies Partial<WorkbenchOptions>)
    const { runId } = await resultOf(api, 'training', api.startTraining({ datasetId, settings }))
    expect(missed).toBeGreaterThan(0)
    expect((await api.readRun({ runId })).state).toBe('complete')
  })
})

describe('resuming', () => {
  it('ends as if the training had never stopped, in the place of the partial run, also after a restart', async () => {
    const whole = await resultOf(api, 'training', api.startTraining({ datasetId, settings }))
    const partial = await cancelAfter(api, 5, api.startTraining({ datasetId, settings }))
    await reopen()
    const { runId } = partial
    expect((await api.readRun({ runId })).state).toBe('partial')
    // Looked at before, so that its model is open when it is replaced.
    await api.readRankedRows({ runId, from: 0, to: 3 })
    // Twice interrupted.
    await cancelAfter(api, 20, api.resumeTraining({ runId }))
    const resumed = await resultOf(api, 'training', api.resumeTraining({ runId }))
    expect(resumed).toEqual({ kind: 'training', runId, runIds: [runId] })
    const run = await api.readRun({ runId })
    expect([run.state, run.stepsDone]).toEqual(['complete', settings.steps])
    const expected = await api.readScores({ runId: whole.runId })
    const scores = await api.readScores({ runId })
    expect([scores.scores, scores.rows]).toEqual([expected.scores, expected.rows])
    expect((await api.readRankedRows({ runId, from: 0, to: 3 })).rows).toEqual(
      (await api.readRankedRows({ runId: whole.runId, from: 0, to: 3 })).rows,
    )
    const steps = run.curve.map(({ step }) => step)
    expect(steps).toEqual((await api.readRun({ runId: whole.runId })).curve.map(({ step }) => step))
    await reopen()
    expect((await api.readRun({ runId })).state).toBe('complete')
    expect(await readdir(join(folder, 'runs'))).toEqual(expect.arrayContaining([runId, whole.runId]))
    expect((await readdir(join(folder, 'runs'))).length).toBe(2)
  })

  it('is refused for a training that is complete, one whose columns changed, and one that is not there', async () => {
    const whole = await resultOf(api, 'training', api.startTraining({ datasetId, settings: { steps: 20 } }))
    await expect(api.resumeTraining({ runId: whole.runId })).rejects.toThrow(
      /complete; there is nothing left/,
    )
    await expect(api.resumeTraining({ runId: 'nothing' })).rejects.toMatchObject({ code: 'not-found' })
    const { runId } = await cancelAfter(api, 2, api.startTraining({ datasetId, settings }))
    await api.updateColumns({ datasetId, columns: { speed_rpm: { type: 'category' } } })
    await expect(api.resumeTraining({ runId })).rejects.toThrow(
      /"speed_rpm" as number, which is of type category/,
    )
    // Nothing stays claimed after a refusal.
    await api.deleteRun({ runId })
  })
})

describe('a long training', () => {
  it('saves what it has reached, which a killed process finds as a partial run and can go on with', async () => {
    await reopen({ checkpointMilliseconds: 300 })
    const long = { ...settings, steps: 6000 }
    const copy = `${folder}-copy`
    await cp(folder, copy, { recursive: true })
    const { jobId } = await api.startTraining({ datasetId, settings: long })
    const checkpoint = async () =>
      (await readdir(join(folder, 'runs'))).find((name) => name.startsWith('.whole-'))
    let kept: string | undefined
    while (kept === undefined) {
      await sleep(5)
      kept = await checkpoint()
    }
    // What lies on the disk this moment is what a killed process would leave.
    await cp(join(folder, 'runs', kept), join(copy, 'runs', kept), { recursive: true })
    await api.cancelJob({ jobId })
    await endOf(api, { jobId })
    const second = await openIn(copy)
    const [run] = (await second.api.readProject({})).runs
    expect(run).toMatchObject({ state: 'partial', datasetId })
    expect(run?.stepsDone).toBeGreaterThan(0)
    const runId = run?.runId ?? ''
    expect((await second.api.readScores({ runId })).scores.length).toBe(run?.rows)
    await resultOf(second.api, 'training', second.api.resumeTraining({ runId }))
    expect((await second.api.readRun({ runId })).stepsDone).toBe(long.steps)
    await second.workbench.close()
    await rm(copy, { recursive: true, force: true })
  })

  it('gives the same with and without pauses for saving, and leaves no checkpoint behind', async () => {
    const long = { ...settings, steps: 3000 }
    const whole = await resultOf(api, 'training', api.startTraining({ datasetId, settings: long }))
    await reopen({ checkpointMilliseconds: 150 })
    const paused = await resultOf(api, 'training', api.startTraining({ datasetId, settings: long }))
    expect((await api.readScores({ runId: paused.runId })).scores).toEqual(
      (await api.readScores({ runId: whole.runId })).scores,
    )
    expect((await readdir(join(folder, 'runs'))).sort()).toEqual([paused.runId, whole.runId].sort())
  })

  it('is not ended by the time for saving where there are no steps to pause between', async () => {
    await reopen({ checkpointMilliseconds: 0 })
    const pca = { flavour: { kind: 'pca' } } as const
    const { runId } = await resultOf(api, 'training', api.startTraining({ datasetId, settings: pca }))
    expect((await api.readRun({ runId })).state).toBe('complete')
  })
})
