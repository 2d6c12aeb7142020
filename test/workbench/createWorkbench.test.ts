import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Api } from '../../src/contract/api.ts'
import type { Workbench } from '../../src/workbench/createWorkbench.ts'
import { cancelAfter, endOf, importFileOf, openIn, pumps, resultOf, trainOn } from './openWorkbench.ts'

const pumpRows = 3024

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
    const datasetId = await importFileOf(api, pumps)
    const first = await api.readScores({ runId: await trainOn(api, datasetId) })
    const second = await api.readScores({ runId: await trainOn(api, datasetId) })
    expect(second.scores).toEqual(first.scores)
    expect(second.rows).toEqual(first.rows)
  })

  it('keeps and scores what a cancelled training had reached', async () => {
    const datasetId = await importFileOf(api, pumps)
    const training = api.startTraining({ datasetId, settings: { steps: 20_000 } })
    const { runId } = await cancelAfter(api, 2, training)
    const run = await api.readRun({ runId })
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
    await resultOf(api, 'import', api.startImport({ source }))
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
    const datasetId = await importFileOf(api, pumps)
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
    const datasetId = await importFileOf(api, pumps)
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
    const exporting = api.startExport({ runId, rows: 'all', neutraliseFormulas: true })
    const { file } = await resultOf(api, 'export', exporting)
    expect(file.name).toBe('pump-sensors-scored-2.csv')
    // In other formats too, and as text for the clipboard.
    const few = { runId, rows: 'flagged', columns: ['flow_l_min'], neutraliseFormulas: true } as const
    const parquet = await resultOf(api, 'export', api.startExport({ ...few, format: 'parquet' }))
    const { flagged } = (await api.readRun({ runId })).threshold
    expect(parquet.file).toMatchObject({ name: 'pump-sensors-flagged.parquet', rows: flagged })
    const copied = await api.readRowsAsText(few)
    expect(copied).toMatchObject({ rows: flagged, total: flagged })
    expect(copied.text.split('\n', 1)).toEqual([
      'flow_l_min\tanomaly_score\tanomaly_rank\tflagged\ttop_columns',
    ])
    expect(copied.text.trim().split('\n')).toHaveLength(flagged + 1)
  })

  it('refuses to export over a part of the project', async () => {
    const runId = await trainOn(api, await importFileOf(api, pumps))
    for (const path of ['project.duckdb', 'runs/x.csv', 'sources/../project.duckdb']) {
      await expect(
        api.startExport({ runId, rows: 'all', neutraliseFormulas: true, path: join(folder, path) }),
      ).rejects.toThrow(/inside the project's own folder/)
    }
  })

  it('lets a deletion and a training that arrive together not both begin', async () => {
    const datasetId = await importFileOf(api, pumps)
    const [deleted, trained] = await Promise.allSettled([
      api.deleteDataset({ datasetId }),
      api.startTraining({ datasetId, settings: { steps: 20 } }),
    ])
    expect([deleted.status, trained.status].sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('refuses another type for a column while the table is trained on', async () => {
    const datasetId = await importFileOf(api, pumps)
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
    const datasetId = await importFileOf(api, pumps)
    await expect(api.startTraining({ datasetId, settings: { hidden: [0] } })).rejects.toThrow(/hidden/)
    expect((await api.listJobs({})).filter((job) => job.kind === 'training')).toEqual([])
  })

  it('sets a damaged run aside, says so, and opens the rest', async () => {
    const datasetId = await importFileOf(api, pumps)
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
    const datasetId = await importFileOf(api, pumps)
    await trainOn(api, datasetId)
    await api.deleteDataset({ datasetId })
    const project = await api.readProject({})
    expect([project.datasets, project.runs]).toEqual([[], []])
    expect(await readdir(join(folder, 'runs'))).toEqual([])
    expect(await readdir(join(folder, 'sources'))).toEqual([])
  })

  it('imports every sample that it ships', async () => {
    for (const { sampleId } of (await api.readProject({})).samples) {
      await resultOf(api, 'import', api.startSampleImport({ sampleId }))
    }
    expect((await api.readProject({})).datasets.length).toBeGreaterThan(1)
  })

  it('opens a copy of a project as it was when its process was killed', async () => {
    const datasetId = await importFileOf(api, pumps)
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
