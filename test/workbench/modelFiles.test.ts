import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Api } from '../../src/contract/api.ts'
import type { Workbench } from '../../src/workbench/createWorkbench.ts'
import { endOf, importFileOf, openIn, resultOf } from './openWorkbench.ts'
import { csv, openTrained, scored, written } from './scoredRows.ts'

let folder: string
let workbench: Workbench
let api: Api
let datasetId: string
let runId: string

beforeEach(async () => {
  ;({ folder, workbench, api, datasetId, runId } = await openTrained())
})
afterEach(async () => {
  await workbench.close()
  await rm(folder, { recursive: true, force: true })
})

const path = (name: string) => join(folder, name)

describe('model files', () => {
  const exported = async (file = path('model.onnx')) => {
    const started = api.startModelExport({ runId, format: 'onnx', path: file })
    return (await resultOf(api, 'export', started)).file
  }

  it('score as the run does that they were written from', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'residual-model-'))
    const file = await exported(join(outside, 'model.onnx'))
    expect(file).toMatchObject({ name: 'model.onnx', bytes: (await readFile(file.path)).length })
    const summary = await api.openModel({ source: { kind: 'path', path: file.path } })
    const trained = await api.readRun({ runId })
    expect(summary).toMatchObject({
      name: 'pump-sensors',
      trainedAt: trained.createdAt,
      flavour: { kind: 'denoising' },
      features: trained.features,
      rows: trained.rows,
      trainableParameters: trained.trainableParameters,
      threshold: trained.threshold,
      trainingHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    // Opened again it is the same model.
    expect(await api.openModel({ source: { kind: 'path', path: file.path } })).toEqual(summary)
    await rm(outside, { recursive: true })
    await workbench.close()
    ;({ workbench, api } = await openIn(folder))
    expect((await api.readProject({})).models).toEqual([summary])
    const run = await scored(api, { model: { modelId: summary.modelId }, data: { datasetId } })
    expect((await api.readScores({ runId: run.runId })).scores).toEqual(
      (await api.readScores({ runId })).scores,
    )
    expect(run.scored).toMatchObject({
      modelName: 'pump-sensors',
      runId: null,
      modelId: summary.modelId,
      cut: summary.threshold.cut,
      differences: [],
    })
    expect(run.scored.drift.columns.every(({ level }) => level === 'none')).toBe(true)
    await expect(api.startModelExport({ runId: run.runId, format: 'onnx' })).rejects.toThrow(
      /use that file itself/,
    )
    await api.deleteModel({ modelId: summary.modelId })
    expect([(await api.readProject({})).models, await readdir(path('models'))]).toEqual([[], []])
    // What it scored stays.
    expect((await api.readRankedRows({ runId: run.runId, from: 0, to: 3 })).rows.length).toBe(3)
    const gone = api.startScoring({ model: { modelId: summary.modelId }, data: { datasetId } })
    await expect(gone).rejects.toMatchObject({ code: 'not-found' })
  })

  it('of a scored run have the line that this run has', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'residual-model-'))
    const run = await scored(api, { model: { runId }, data: { datasetId } })
    const { cut } = await api.setThreshold({ runId: run.runId, rule: 'top-k', value: 5 })
    const target = join(outside, 'model.onnx')
    const exporting = api.startModelExport({ runId: run.runId, format: 'onnx', path: target })
    const { file } = await resultOf(api, 'export', exporting)
    const { threshold } = await api.openModel({ source: { kind: 'path', path: file.path } })
    expect(threshold).toEqual({ rule: 'manual', value: cut, cut, flagged: 5 })
    expect((await api.readRun({ runId })).threshold.cut).not.toBe(cut)
    await rm(outside, { recursive: true })
  })

  it('list values that training never saw, also where rare values share a feature', async () => {
    const codes = Array.from({ length: 300 }, (_, row) => (row % 150 === 0 ? `rare ${row}` : 'ab'[row % 2]))
    const trainedOn = csv([['code', 'size'], ...codes.map((code, row) => [code ?? '', `${row % 37}`])])
    await writeFile(path('codes.csv'), trainedOn)
    const codesId = await importFileOf(api, path('codes.csv'))
    const settings = { steps: 10, copies: 1 }
    const training = api.startTraining({ datasetId: codesId, settings })
    const { runId: codesRun } = await resultOf(api, 'training', training)
    const started = api.startModelExport({ runId: codesRun, format: 'onnx' })
    const { file } = await resultOf(api, 'export', started)
    const { modelId } = await api.openModel({ source: { kind: 'path', path: file.path } })
    const rows = ['a', 'b', 'rare 150', 'never', 'a', 'b', 'rare 0', 'never', 'again', 'a'].map((code) => [
      code,
      '3',
    ])
    const data = await written(path('later.csv'), csv([['code', 'size'], ...rows]))
    for (const model of [{ modelId }, { runId: codesRun }]) {
      const { differences } = (await scored(api, { model, data })).scored
      const expected = { kind: 'unseen-categories', column: 'code', values: ['never', 'again'], rows: 3 }
      expect(differences).toEqual([expected])
    }
  })

  it('say where the training had too many values to list the new ones', async () => {
    const codes = Array.from({ length: 4000 }, (_, row) => (row % 3 === 0 ? `rare ${row}` : 'ab'[row % 2]))
    const trainedOn = csv([['code', 'size'], ...codes.map((code, row) => [code ?? '', `${row % 37}`])])
    await writeFile(path('codes.csv'), trainedOn)
    const columns = { code: { type: 'category' } } as const
    const source = { kind: 'path', path: path('codes.csv') } as const
    const { datasetId: codesId } = await resultOf(api, 'import', api.startImport({ source, columns }))
    const training = api.startTraining({ datasetId: codesId, settings: { steps: 10, copies: 1 } })
    const { runId: codesRun } = await resultOf(api, 'training', training)
    const { file } = await resultOf(api, 'export', api.startModelExport({ runId: codesRun, format: 'onnx' }))
    const { modelId } = await api.openModel({ source: { kind: 'path', path: file.path } })
    const rows = ['a', 'never', 'b', 'rare 3', 'a', 'b'].map((code) => [code, '3'])
    const data = await written(path('later.csv'), csv([['code', 'size'], ...rows]))
    const run = await scored(api, { model: { modelId }, data })
    const expected = [{ kind: 'unlisted-categories', column: 'code', rows: 2 }]
    expect(run.scored.differences).toEqual(expected)
    await workbench.close()
    ;({ workbench, api } = await openIn(folder))
    expect((await api.readRun({ runId: run.runId })).scored?.differences).toEqual(expected)
  })

  it('get a free name in the exports folder, and never a place inside the project', async () => {
    const names = []
    for (let turn = 0; turn < 2; turn++) {
      const started = api.startModelExport({ runId, format: 'onnx' })
      names.push((await resultOf(api, 'export', started)).file.name)
    }
    expect(names).toEqual(['pump-sensors-model.onnx', 'pump-sensors-model-2.onnx'])
    const inside = api.startModelExport({ runId, format: 'onnx', path: path('runs/x.onnx') })
    await expect(inside).rejects.toThrow(/inside the project's own folder/)
  })

  it('can be written for TensorFlow.js, as a zip', async () => {
    const started = api.startModelExport({ runId, format: 'tensorflowjs' })
    const { file } = await resultOf(api, 'export', started)
    expect(file.name).toBe('pump-sensors-tensorflowjs.zip')
    const files = unzipSync(await readFile(file.path))
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['model.json', 'weights.bin', 'encoder.json']))
  })

  it('that are damaged are refused and leave nothing, and are set aside where they became so', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'residual-model-'))
    const file = await exported(join(outside, 'model.onnx'))
    const { modelId } = await api.openModel({ source: { kind: 'path', path: file.path } })
    const bytes = await readFile(file.path)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff
    await writeFile(file.path, bytes)
    const damaged = api.openModel({ source: { kind: 'path', path: file.path } })
    await expect(damaged).rejects.toMatchObject({ code: 'unreadable-file' })
    expect(await readdir(path('models'))).toEqual([modelId])
    await workbench.close()
    await writeFile(join(path('models'), modelId, 'model.onnx'), bytes)
    let said: string[]
    ;({ workbench, api, said } = await openIn(folder))
    expect((await api.readProject({})).models.map((model) => model.modelId)).toEqual([modelId])
    const { status } = await endOf(api, await api.startScoring({ model: { modelId }, data: { datasetId } }))
    const told = expect.stringContaining(`damaged-${modelId}`)
    expect(status).toMatchObject({ state: 'failed', failure: { code: 'unreadable-file', message: told } })
    expect(said).toContain('projectChanged')
    const project = await api.readProject({})
    expect([project.models, project.warnings]).toEqual([[], [told]])
    await rm(outside, { recursive: true })
  })
})
