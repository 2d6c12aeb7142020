import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Api } from '../../src/contract/api.ts'
import type { Workbench } from '../../src/workbench/createWorkbench.ts'
import { endOf, importFileOf, openIn, resultOf } from './openWorkbench.ts'
import { csv, openTrained, pumpLines, scored, written } from './scoredRows.ts'

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

describe('scoring with a run', () => {
  it('gives the rows of the training the scores of the training, without differences or drift', async () => {
    const run = await scored(api, { model: { runId }, data: { datasetId } })
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
    const run = await scored(api, {
      model: { runId },
      data: await written(path('new.csv'), csv([names, ...changed])),
    })
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
    const run = await scored(api, { model: { runId }, data: { source: { kind: 'upload', uploadId } } })
    expect(run.rows).toBe(49)
    expect(await readdir(path('temporary'))).not.toContain(uploadId)
  })

  it('refuses data without a column in common, or without a cell, and keeps nothing of it', async () => {
    const before = (await api.readProject({})).datasets.length
    for (const [text, sentence] of [
      ['x,y\n1,2\n3,4\n', 'none of the columns that this model reads'],
      ['speed_rpm,y\n,2\n,4\n', 'nothing to score'],
    ] as const) {
      const started = await api.startScoring({
        model: { runId },
        data: await written(path('other.csv'), text),
      })
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
    const run = await scored(api, {
      model: { runId: model.runId },
      data: await written(path('next.csv'), csv([['size', 'colour'], ...next])),
    })
    expect(run.scored.differences).toEqual([
      { kind: 'unseen-categories', column: 'colour', values: ['green'], rows: 4 },
    ])
  })

  it('keeps what it found over a restart, and a run that was scored cannot be resumed', async () => {
    const run = await scored(api, { model: { runId }, data: { datasetId } })
    await workbench.close()
    ;({ workbench, api } = await openIn(folder))
    expect(await api.readRun({ runId: run.runId })).toEqual(run)
    await expect(api.resumeTraining({ runId: run.runId })).rejects.toThrow(/only scored/)
    // As the model of a further scoring it stands for the training.
    const again = await scored(api, { model: { runId: run.runId }, data: { datasetId } })
    expect(again.scored).toMatchObject({ modelName: 'pump-sensors', runId })
  })

  it('compares with the share that the training rows have above the line as it is now', async () => {
    const threshold = await api.setThreshold({ runId, rule: 'top-k', value: 302 })
    const run = await scored(api, { model: { runId }, data: { datasetId } })
    const { flaggedNow, flaggedTrained } = run.scored.drift.scores
    expect(flaggedTrained).toBeCloseTo(threshold.flagged / run.rows, 6)
    expect(flaggedNow).toBe(flaggedTrained)
    // And the line of a run that was scored is its own.
    const other = await api.setThreshold({ runId: run.runId, rule: 'top-k', value: 7 })
    const again = await scored(api, { model: { runId: run.runId }, data: { datasetId } })
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
    const run = await scored(api, { model: { runId }, data: await written(path('more.csv'), csv(lines)) })
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
