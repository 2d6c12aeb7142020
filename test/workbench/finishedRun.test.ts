import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Api } from '../../src/contract/api.ts'
import type { Workbench } from '../../src/workbench/createWorkbench.ts'
import { importFileOf, openIn, pumps, trainOn } from './openWorkbench.ts'

const pumpRows = 3024
const pumpFaults = 31

describe('the workbench on a finished run', () => {
  let folder: string
  let workbench: Workbench
  let api: Api
  let datasetId: string
  let runId: string

  beforeAll(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'residual-workbench-')), 'pumps.residual')
    ;({ workbench, api } = await openIn(folder))
    datasetId = await importFileOf(api, pumps)
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
