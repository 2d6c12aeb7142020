import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Api } from '../../src/contract/api.ts'
import type { RunSummary, ScoredWith } from '../../src/contract/records.ts'
import type { Workbench } from '../../src/workbench/createWorkbench.ts'
import { endOf, importFileOf, openIn, pumps, resultOf } from './openWorkbench.ts'

let folder: string
let workbench: Workbench
let api: Api
let datasetId: string
let runId: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-scoring-'))
  ;({ workbench, api } = await openIn(folder))
  datasetId = await importFileOf(api, pumps)
  const settings = { steps: 60, copies: 1 }
  ;({ runId } = await resultOf(api, 'training', api.startTraining({ datasetId, settings })))
})
afterEach(async () => {
  await workbench.close()
  await rm(folder, { recursive: true, force: true })
})

const path = (name: string) => join(folder, name)
type Scoring = Parameters<Api['startScoring']>[0]

async function scored(input: Scoring): Promise<RunSummary & { readonly scored: ScoredWith }> {
  const result = await resultOf(api, 'scoring', api.startScoring(input))
  const run = await api.readRun({ runId: result.runId })
  if (run.scored === null) throw new Error('not scored')
  return { ...run, scored: run.scored }
}

async function written(name: string, text: string): Promise<Scoring['data']> {
  await writeFile(path(name), text)
  return { source: { kind: 'path', path: path(name) } }
}

/** The lines of the pump table, each as cells. */
async function pumpLines(): Promise<string[][]> {
  const text = await readFile(pumps, 'utf8')
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','))
}

const csv = (lines: readonly (readonly string[])[]) => `${lines.map((line) => line.join(',')).join('\n')}\n`

describe('scoring with a run', () => {
  it('gives the rows of the training the scores of the training, without differences or drift', async () => {
    const run = await scored({ model: { runId }, data: { datasetId } })
    expect((await api.readScores({ runId: run.runId })).scores).toEqual(
      (await api.readScores({ runId })).scores,
    )
    const trained = await api.readRun({ runId })
    expect(run.threshold).toMatchObject({ cut: trained.threshold.cut, flagged: trained.threshold.flagged })
    expect(run.scored).toMatchObject({ modelName: 'pump-sensors', runId, differences: [] })
    expect(run.scored.drift.columns.every(({ level }) => level === 'none')).toBe(true)
    expect(run.scored.drift.columns.length).toBeGreaterThan(3)
    const { scores } = run.scored.drift
    expect(scores).toMatchObject({ level: 'none', flaggedNow: scores.flaggedTrained })
    expect(run.curve).toEqual([])
  })

  it('imports a file as the model wants it, lists what differs, and reviews and exports it', async () => {
    const [header = [], ...rows] = await pumpLines()
    const speed = header.indexOf('speed_rpm')
    const dropped = header.findIndex((name, index) => index > 0 && index !== speed && name !== 'label')
    const changed = rows.slice(0, 200).map((row, index) => {
      const cells = row.map((cell, place) => (place === speed && index % 4 === 0 ? 'broken' : cell))
      return [...cells.filter((_, place) => place !== dropped), String(index * 0.5)]
    })
    const names = [...header.filter((_, place) => place !== dropped), 'new_sensor']
    const run = await scored({ model: { runId }, data: await written('new.csv', csv([names, ...changed])) })
    expect(run.scored.differences).toEqual([
      { kind: 'missing-column', column: header[dropped] },
      { kind: 'extra-column', column: 'new_sensor' },
      { kind: 'retyped-column', column: 'speed_rpm', expected: 'number', found: 'text', misfits: 50 },
    ])
    const [strongest] = run.scored.drift.columns
    expect(strongest).toMatchObject({ level: 'strong', column: header[dropped], missingNow: 1 })
    expect(run.rows).toBe(200)
    const page = await api.readRankedRows({ runId: run.runId, from: 0, to: 5 })
    expect(page.rows.every(({ reasons }) => reasons.length > 0)).toBe(true)
    const [first] = page.rows
    const reasons = await api.explainRow({ runId: run.runId, row: first?.row ?? 0 })
    const sum = reasons.shares.reduce((total, { share }) => total + share, 0)
    expect(sum).toBeCloseTo(reasons.score, 4)
    const exported = await resultOf(
      api,
      'export',
      api.startExport({ runId: run.runId, rows: 'all', codes: true, neutraliseFormulas: true }),
    )
    const [head = '', ...lines] = (await readFile(exported.file.path, 'utf8')).trim().split('\n')
    expect(head).toBe(
      [...names, 'anomaly_score,anomaly_rank,flagged,top_columns', 'code_1,code_2']
        .join(',')
        .concat(head.slice(head.indexOf('code_2') + 6)),
    )
    expect(lines.length).toBe(200)
    // The text as it stood, not as it was read.
    expect(lines[0]).toContain('broken')
  })

  it('takes an upload, and leaves no bytes of it behind', async () => {
    const bytes = Buffer.from(csv((await pumpLines()).slice(0, 50)))
    const { uploadId } = await api.beginUpload({ name: 'more.csv', bytes: bytes.length })
    await api.appendUpload({ uploadId, chunk: bytes })
    const run = await scored({ model: { runId }, data: { source: { kind: 'upload', uploadId } } })
    expect(run.rows).toBe(49)
    expect(await readdir(path('temporary'))).not.toContain(uploadId)
  })

  it('refuses data without a column in common, or without a cell, and keeps nothing of it', async () => {
    const before = (await api.readProject({})).datasets.length
    for (const [text, sentence] of [
      ['x,y\n1,2\n3,4\n', 'none of the columns that this model reads'],
      ['speed_rpm,y\n,2\n,4\n', 'nothing to score'],
    ] as const) {
      const started = await api.startScoring({ model: { runId }, data: await written('other.csv', text) })
      const { status } = await endOf(api, started)
      expect(status).toMatchObject({
        state: 'failed',
        failure: { code: 'no-usable-columns', message: expect.stringContaining(sentence) },
      })
    }
    const project = await api.readProject({})
    expect([project.datasets.length, project.runs.length]).toEqual([before, 1])
  })

  it('names categories that training never saw, and keeps rare ones apart from them', async () => {
    const color = (row: number) => (row === 5 ? 'ochre' : row % 2 === 0 ? 'red' : 'blue')
    const table = Array.from({ length: 60 }, (_, row) => [String(row * 1.1 + (row % 7)), color(row)])
    await writeFile(path('colours.csv'), csv([['size', 'colour'], ...table]))
    const colours = await importFileOf(api, path('colours.csv'))
    const settings = { steps: 20, copies: 1 }
    const started = api.startTraining({ datasetId: colours, settings })
    const model = await resultOf(api, 'training', started)
    const next = table.map(([size = ''], row) => [size, row < 4 ? 'green' : color(row)])
    const run = await scored({
      model: { runId: model.runId },
      data: await written('next.csv', csv([['size', 'colour'], ...next])),
    })
    expect(run.scored.differences).toEqual([
      { kind: 'unseen-categories', column: 'colour', values: ['green'], rows: 4 },
    ])
  })

  it('keeps what it found over a restart, and a run that was scored cannot be resumed', async () => {
    const run = await scored({ model: { runId }, data: { datasetId } })
    await workbench.close()
    ;({ workbench, api } = await openIn(folder))
    expect(await api.readRun({ runId: run.runId })).toEqual(run)
    await expect(api.resumeTraining({ runId: run.runId })).rejects.toThrow(/only scored/)
    // As the model of a further scoring it stands for the training.
    const again = await scored({ model: { runId: run.runId }, data: { datasetId } })
    expect(again.scored).toMatchObject({ modelName: 'pump-sensors', runId })
  })

  it('compares with the share that the training rows have above the line as it is now', async () => {
    const threshold = await api.setThreshold({ runId, rule: 'top-k', value: 302 })
    const run = await scored({ model: { runId }, data: { datasetId } })
    const { flaggedNow, flaggedTrained } = run.scored.drift.scores
    expect(flaggedTrained).toBeCloseTo(threshold.flagged / run.rows, 6)
    expect(flaggedNow).toBe(flaggedTrained)
    // And the line of a run that was scored is its own.
    const other = await api.setThreshold({ runId: run.runId, rule: 'top-k', value: 7 })
    const again = await scored({ model: { runId: run.runId }, data: { datasetId } })
    expect(again.scored.drift.scores.flaggedTrained).toBeCloseTo(other.flagged / run.rows, 6)
  })

  it('holds the rows that it imports until they are scored', async () => {
    const before = (await api.readProject({})).datasets.length
    const refused: Promise<unknown>[] = []
    await workbench.close()
    let opened: Api | undefined
    ;({ workbench, api } = await openIn(folder, {
      announce(event, ..._payload) {
        if (event !== 'projectChanged' || refused.length > 0) return
        const deletion = opened?.readProject({}).then(async ({ datasets, runs }) => {
          const id = datasets.find((dataset) => runs.every((run) => run.datasetId !== dataset.datasetId))
          await opened?.deleteDataset({ datasetId: id?.datasetId ?? '' })
        })
        if (deletion)
          refused.push(
            deletion.then(
              () => 'deleted',
              (error) => error.code,
            ),
          )
      },
    }))
    opened = api
    const lines = (await pumpLines()).slice(0, 400)
    const run = await scored({ model: { runId }, data: await written('more.csv', csv(lines)) })
    expect(await Promise.all(refused)).toEqual(['busy'])
    expect((await api.readProject({})).datasets.length).toBe(before + 1)
    await api.deleteDataset({ datasetId: run.datasetId })
  })

  it('does not lose data or model while they are used', async () => {
    const started = await api.startScoring({ model: { runId }, data: { datasetId } })
    await expect(api.deleteRun({ runId })).rejects.toMatchObject({ code: 'busy' })
    await expect(api.deleteDataset({ datasetId })).rejects.toMatchObject({ code: 'busy' })
    expect((await endOf(api, started)).status.state).toBe('done')
  })
})

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
    const run = await scored({ model: { modelId: summary.modelId }, data: { datasetId } })
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
    const run = await scored({ model: { runId }, data: { datasetId } })
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
    const data = await written('later.csv', csv([['code', 'size'], ...rows]))
    for (const model of [{ modelId }, { runId: codesRun }]) {
      const { differences } = (await scored({ model, data })).scored
      const expected = { kind: 'unseen-categories', column: 'code', values: ['never', 'again'], rows: 3 }
      expect(differences).toEqual([expected])
    }
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
