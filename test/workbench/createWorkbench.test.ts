import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Api } from '../../src/contract/api.ts'
import type { Job } from '../../src/contract/records.ts'
import { createWorkbench, type Workbench } from '../../src/workbench/createWorkbench.ts'

const root = resolve(import.meta.dirname, '../..')
const samplesFolder = join(root, 'resources/samples')
const pumps = join(samplesFolder, 'pump-sensors.csv')
const pumpRows = 3024
const pumpFaults = 31

async function openIn(folder: string): Promise<{ workbench: Workbench; api: Api; said: string[] }> {
  const said: string[] = []
  const workbench = await createWorkbench({
    folder,
    samplesFolder,
    announce: (event, ..._payload) => void said.push(event),
  })
  return { workbench, api: workbench.api, said }
}

async function endOf(api: Api, { jobId }: { jobId: string }): Promise<Job> {
  for (;;) {
    const job = (await api.listJobs({})).find((entry) => entry.jobId === jobId)
    if (job && job.status.state !== 'running') return job
    await sleep(5)
  }
}

/** What a job that ended well left behind. */
async function resultOf(api: Api, started: Promise<{ jobId: string }>) {
  const job = await endOf(api, await started)
  if (job.status.state !== 'done') throw new Error(JSON.stringify(job.status))
  return job.status.result
}

async function importPumps(api: Api): Promise<string> {
  const result = await resultOf(api, api.startImport({ source: { kind: 'path', path: pumps } }))
  if (result.kind !== 'import') throw new Error('not an import')
  return result.datasetId
}

async function trainOn(api: Api, datasetId: string): Promise<string> {
  const result = await resultOf(api, api.startTraining({ datasetId, settings: { seed: 3, steps: 60 } }))
  if (result.kind !== 'training') throw new Error('not a training')
  return result.runId
}

describe('the workbench on a finished run', () => {
  let folder: string
  let workbench: Workbench
  let api: Api
  let datasetId: string
  let runId: string

  beforeAll(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'residual-workbench-')), 'pumps.residual')
    ;({ workbench, api } = await openIn(folder))
    datasetId = await importPumps(api)
    runId = await trainOn(api, datasetId)
  })
  afterAll(async () => {
    await workbench.close()
    await rm(resolve(folder, '..'), { recursive: true, force: true })
  })

  it('tells the whole project', async () => {
    const project = await api.readProject({})
    expect(project.name).toBe('pumps')
    expect(project.datasets.map((dataset) => [dataset.datasetId, dataset.rows])).toEqual([
      [datasetId, pumpRows],
    ])
    expect(project.runs.map((run) => [run.runId, run.state, run.labelColumn, run.settings.seed])).toEqual([
      [runId, 'complete', 'is_anomaly', 3],
    ])
    expect(project.engines.find((engine) => engine.name === 'onnx')?.available).toBe(true)
  })

  it('gives every row once, highest score first, with its label', async () => {
    const { scores, rows, labels } = await api.readScores({ runId })
    expect([...rows].sort((a, b) => a - b)).toEqual(Array.from({ length: pumpRows }, (_, row) => row))
    expect([...scores]).toEqual([...scores].sort((a, b) => b - a))
    expect(labels?.reduce((sum, label) => sum + label, 0)).toBe(pumpFaults)
  })

  it('explains rows by shares that add up to the score, on the page and in the detail alike', async () => {
    const page = await api.readRankedRows({ runId, from: 0, to: 5 })
    expect(page.rows.map((row) => row.rank)).toEqual([1, 2, 3, 4, 5])
    for (const ranked of page.rows) {
      const detail = await api.explainRow({ runId, row: ranked.row })
      const sum = detail.shares.reduce((total, { share }) => total + share, 0)
      expect(Math.abs(sum / detail.score - 1)).toBeLessThan(1e-5)
      expect(detail.rank).toBe(ranked.rank)
      expect(ranked.reasons[0]?.column).toBe(detail.shares[0]?.column)
      expect(detail.cells.length).toBe(page.columns.length)
    }
  })

  it('keeps a threshold with the run', async () => {
    const threshold = await api.setThreshold({ runId, rule: 'top-k', value: 12 })
    expect(threshold.flagged).toBe(12)
    expect((await api.readRun({ runId })).threshold).toEqual(threshold)
    const { rows } = await api.readRankedRows({ runId, from: 10, to: 14 })
    expect(rows.map((row) => row.flagged)).toEqual([true, true, false, false])
  })

  it('evaluates only while a label column is chosen', async () => {
    expect((await api.readEvaluation({ runId }))?.positives).toBe(pumpFaults)
    await api.updateColumns({ datasetId, columns: { is_anomaly: { role: 'ignored' } } })
    expect(await api.readEvaluation({ runId })).toBeNull()
    expect((await api.readScores({ runId })).labels).toBeNull()
    await api.updateColumns({ datasetId, columns: { is_anomaly: { role: 'label' } } })
  })

  it('refuses to explain a run whose columns were given another type since', async () => {
    await api.updateColumns({ datasetId, columns: { speed_rpm: { type: 'category' } } })
    await expect(api.readRankedRows({ runId, from: 0, to: 5 })).rejects.toThrow(
      /"speed_rpm".*number.*category/,
    )
    await api.updateColumns({ datasetId, columns: { speed_rpm: { type: 'number' } } })
    expect((await api.readRankedRows({ runId, from: 0, to: 5 })).rows.length).toBe(5)
  })

  it('says which run or data set is not there', async () => {
    await expect(api.readRun({ runId: 'nothing' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(api.readRows({ datasetId: 'nothing', from: 0, to: 1 })).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(api.explainRow({ runId, row: 100_000 })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('reads the same project after it was closed, and refuses a second owner meanwhile', async () => {
    await expect(openIn(folder)).rejects.toMatchObject({ code: 'busy' })
    const before = await api.readScores({ runId })
    await workbench.close()
    ;({ workbench, api } = await openIn(folder))
    expect(await api.readScores({ runId })).toEqual(before)
    expect((await api.readRankedRows({ runId, from: 0, to: 3 })).rows.length).toBe(3)
  })
})

describe('the workbench at work', () => {
  let folder: string
  let workbench: Workbench
  let api: Api
  let said: string[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'residual-workbench-'))
    ;({ workbench, api, said } = await openIn(folder))
  })
  afterEach(async () => {
    await workbench.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('gives the same scores for the same seed', async () => {
    const datasetId = await importPumps(api)
    const first = await api.readScores({ runId: await trainOn(api, datasetId) })
    const second = await api.readScores({ runId: await trainOn(api, datasetId) })
    expect(second.scores).toEqual(first.scores)
    expect(second.rows).toEqual(first.rows)
  })

  it('keeps and scores what a cancelled training had reached', async () => {
    const datasetId = await importPumps(api)
    const { jobId } = await api.startTraining({ datasetId, settings: { steps: 20_000 } })
    for (;;) {
      const job = (await api.listJobs({})).find((entry) => entry.jobId === jobId)
      if ((job?.curve.length ?? 0) > 1) break
      await sleep(5)
    }
    await api.cancelJob({ jobId })
    const { status } = await endOf(api, { jobId })
    if (status.state !== 'cancelled' || status.result?.kind !== 'training')
      throw new Error(JSON.stringify(status))
    const run = await api.readRun({ runId: status.result.runId })
    expect(run.state).toBe('partial')
    expect(run.stepsDone).toBeGreaterThan(0)
    expect(run.stepsDone).toBeLessThan(20_000)
    expect((await api.readScores({ runId: run.runId })).scores.length).toBe(pumpRows)
  })

  it('imports an upload that arrives in pieces, and leaves no bytes of it behind', async () => {
    const text = Buffer.from(
      `a,b,c\n${Array.from({ length: 50 }, (_, row) => `${row},${row * 2},x`).join('\n')}`,
    )
    const { uploadId } = await api.beginUpload({ name: 'pieces.csv', bytes: text.length })
    for (let from = 0; from < text.length; from += 100) {
      await api.appendUpload({ uploadId, chunk: text.subarray(from, from + 100) })
    }
    const source = { kind: 'upload', uploadId } as const
    expect((await api.previewImport({ source })).columns.map((column) => column.name)).toEqual([
      'a',
      'b',
      'c',
    ])
    await resultOf(api, api.startImport({ source }))
    const [dataset] = (await api.readProject({})).datasets
    expect([dataset?.name, dataset?.rows]).toEqual(['pieces', 50])
    expect(await readdir(join(folder, 'temporary'))).not.toContain(uploadId)
    expect(said).toContain('projectChanged')
  })

  it('forgets an upload that is not wanted any more', async () => {
    const { uploadId } = await api.beginUpload({ name: 'a.csv', bytes: 3 })
    await api.appendUpload({ uploadId, chunk: Buffer.from('a,b') })
    await api.endUpload({ uploadId })
    expect(await readdir(join(folder, 'temporary'))).not.toContain(uploadId)
    await expect(api.previewImport({ source: { kind: 'upload', uploadId } })).rejects.toThrow(/Drop it again/)
  })

  it('keeps every threshold change that arrives at once, the last one in the end', async () => {
    const datasetId = await importPumps(api)
    const runId = await trainOn(api, datasetId)
    const kept = await Promise.all(
      [3, 5, 8, 13, 21, 34].map((value) => api.setThreshold({ runId, rule: 'top-k', value })),
    )
    expect(kept.map(({ flagged }) => flagged)).toEqual([3, 5, 8, 13, 21, 34])
    await workbench.close()
    ;({ workbench, api, said } = await openIn(folder))
    expect((await api.readRun({ runId })).threshold.flagged).toBe(34)
  })

  it('keeps the model of a running export open while other runs are looked at', async () => {
    const datasetId = await importPumps(api)
    const runIds = []
    for (let run = 0; run < 4; run++) runIds.push(await trainOn(api, datasetId))
    const [exported = '', ...others] = runIds
    const { jobId } = await api.startExport({ runId: exported, rows: 'all', neutraliseFormulas: true })
    await Promise.all(others.map((runId) => api.readRankedRows({ runId, from: 0, to: 20 })))
    await expect(api.deleteRun({ runId: exported })).rejects.toMatchObject({ code: 'busy' })
    expect((await endOf(api, { jobId })).status.state).toBe('done')
    await api.deleteRun({ runId: exported })
    // Each export gets a name of its own.
    const [runId = ''] = others
    const again = await resultOf(api, api.startExport({ runId, rows: 'all', neutraliseFormulas: true }))
    expect(again.kind === 'export' && again.file.name).toBe('pump-sensors-scored-2.csv')
  })

  it('refuses to export over a part of the project', async () => {
    const runId = await trainOn(api, await importPumps(api))
    for (const path of ['project.duckdb', 'runs/x.csv', 'sources/../project.duckdb']) {
      await expect(
        api.startExport({ runId, rows: 'all', neutraliseFormulas: true, path: join(folder, path) }),
      ).rejects.toThrow(/inside the project's own folder/)
    }
  })

  it('lets a deletion and a training that arrive together not both begin', async () => {
    const datasetId = await importPumps(api)
    const [deleted, trained] = await Promise.allSettled([
      api.deleteDataset({ datasetId }),
      api.startTraining({ datasetId, settings: { steps: 20 } }),
    ])
    expect([deleted.status, trained.status].sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('refuses another type for a column while the table is trained on', async () => {
    const datasetId = await importPumps(api)
    const { jobId } = await api.startTraining({ datasetId, settings: { steps: 20_000 } })
    await expect(
      api.updateColumns({ datasetId, columns: { speed_rpm: { type: 'category' } } }),
    ).rejects.toMatchObject({ code: 'busy' })
    await api.updateColumns({ datasetId, columns: { speed_rpm: { role: 'ignored' } } })
    await api.cancelJob({ jobId })
    await endOf(api, { jobId })
    await api.updateColumns({ datasetId, columns: { speed_rpm: { type: 'category' } } })
  })

  it('refuses settings out of range before any work', async () => {
    const datasetId = await importPumps(api)
    await expect(api.startTraining({ datasetId, settings: { hidden: [0] } })).rejects.toThrow(/hidden/)
    expect((await api.listJobs({})).filter((job) => job.kind === 'training')).toEqual([])
  })

  it('sets a damaged run aside, says so, and opens the rest', async () => {
    const datasetId = await importPumps(api)
    const damaged = await trainOn(api, datasetId)
    const whole = await trainOn(api, datasetId)
    await workbench.close()
    await writeFile(join(folder, 'runs', damaged, 'run.json'), '{"runId":')
    ;({ workbench, api, said } = await openIn(folder))
    const project = await api.readProject({})
    expect(project.runs.map((run) => run.runId)).toEqual([whole])
    expect(project.warnings).toEqual([expect.stringContaining(`damaged-${damaged}`)])
    expect(await readdir(join(folder, 'runs', `damaged-${damaged}`))).toContain('model.bin')
  })

  it('does not hold the project when it could not be opened', async () => {
    await workbench.close()
    await rm(join(folder, 'runs'), { recursive: true })
    await writeFile(join(folder, 'runs'), 'a file where a folder should be')
    await expect(openIn(folder)).rejects.toThrow()
    await rm(join(folder, 'runs'))
    ;({ workbench, api, said } = await openIn(folder))
  })

  it('deletes a data set together with its runs', async () => {
    const datasetId = await importPumps(api)
    await trainOn(api, datasetId)
    await api.deleteDataset({ datasetId })
    const project = await api.readProject({})
    expect([project.datasets, project.runs]).toEqual([[], []])
    expect(await readdir(join(folder, 'runs'))).toEqual([])
    expect(await readdir(join(folder, 'sources'))).toEqual([])
  })

  it('imports every sample that it ships', async () => {
    for (const { sampleId } of (await api.readProject({})).samples) {
      expect((await resultOf(api, api.startSampleImport({ sampleId }))).kind).toBe('import')
    }
    expect((await api.readProject({})).datasets.length).toBeGreaterThan(1)
  })

  it('opens a copy of a project as it was when its process was killed', async () => {
    const datasetId = await importPumps(api)
    const runId = await trainOn(api, datasetId)
    // What lies on the disk this moment is what a killed process would leave.
    const copy = `${folder}-copy`
    await cp(folder, copy, { recursive: true })
    const second = await openIn(copy)
    expect((await second.api.readScores({ runId })).scores).toEqual((await api.readScores({ runId })).scores)
    await second.workbench.close()
    await rm(copy, { recursive: true, force: true })
  })
})
