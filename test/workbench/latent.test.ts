import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Api } from '../../src/contract/api.ts'
import type { Flavour, TrainingSettings } from '../../src/contract/records.ts'
import { createWorkbench, type Workbench } from '../../src/workbench/createWorkbench.ts'

const samplesFolder = resolve(import.meta.dirname, '../../resources/samples')
const rows = 400

/** Two machines: on each, pressure follows speed by a rule of its own. The last row breaks it. */
function table(): string {
  const lines = ['speed,pressure,load,machine']
  for (let row = 0; row < rows; row += 1) {
    const speed = 100 + 37 * Math.sin(row * 1.7) + 5 * Math.sin(row * 0.31)
    const machine = row % 2 === 0 ? 'press' : 'mill'
    const pressure = (machine === 'press' ? 2 * speed : 500 - speed) + Math.sin(row * 2.3)
    lines.push(
      `${speed.toFixed(3)},${pressure.toFixed(3)},${(speed / 10 + Math.cos(row)).toFixed(3)},${machine}`,
    )
  }
  lines.splice(rows, 1, '100,9999,90,press')
  return `${lines.join('\n')}\n`
}

async function ended(api: Api, { jobId }: { jobId: string }) {
  for (;;) {
    const job = (await api.listJobs({})).find((one) => one.jobId === jobId)
    if (job?.status.state === 'done') return job.status.result
    if (job && job.status.state !== 'running') throw new Error(JSON.stringify(job.status))
    await sleep(5)
  }
}

describe('the latent space of a run', () => {
  let folder: string
  let workbench: Workbench
  let api: Api
  let datasetId: string

  const train = async (flavour: Flavour, settings: Partial<TrainingSettings> = {}): Promise<string> => {
    const started = await api.startTraining({
      datasetId,
      settings: { flavour, steps: 60, copies: 1, ...settings },
    })
    const result = await ended(api, started)
    if (result.kind !== 'training') throw new Error('not a training')
    return result.runId
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'residual-latent-'))
    const path = join(folder, 'machines.csv')
    await writeFile(path, table())
    workbench = await createWorkbench({ folder: join(folder, 'project'), samplesFolder, announce: () => {} })
    api = workbench.api
    const result = await ended(api, await api.startImport({ source: { kind: 'path', path } }))
    if (result.kind !== 'import') throw new Error('not an import')
    datasetId = result.datasetId
  })
  afterAll(async () => {
    await workbench.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('is drawn, searched, decoded and crossed for a denoising run', async () => {
    const runId = await train({ kind: 'denoising' })
    const order = await api.readScores({ runId })
    const map = await api.readLatentMap({ runId })
    expect(map).toMatchObject({ runId, total: rows })
    expect([...map.rows]).toEqual(Array.from({ length: rows }, (_, row) => row))
    expect([map.x.length, map.y.length, map.scores.length]).toEqual([rows, rows, rows])
    expect(map.scores[order.rows[0] ?? -1]).toBe(order.scores[0])
    const [first, second] = map.explained
    expect(first).toBeGreaterThanOrEqual(second)
    expect(first + second).toBeLessThanOrEqual(1 + 1e-9)
    expect([...map.x, ...map.y].every(Number.isFinite)).toBe(true)

    const near = await api.readNeighbours({ runId, row: 5, count: 7 })
    expect(near.columns).toEqual(['speed', 'pressure', 'load', 'machine'])
    expect(near.rows.length).toBe(8)
    expect(near.rows[0]).toMatchObject({ row: 5, distance: 0 })
    const distances = near.rows.map((one) => one.distance)
    expect(distances).toEqual(distances.toSorted((a, b) => a - b))
    for (const { row, rank, score } of near.rows) {
      expect(order.rows[rank - 1]).toBe(row)
      expect(order.scores[rank - 1]).toBe(score)
    }
    const page = await api.readRows({ datasetId, from: 5, to: 6 })
    expect(near.rows[0]?.cells).toEqual(page.cells[0])

    const between = await api.interpolateRows({ runId, from: 4, to: 9, steps: 3 })
    expect(between.rows.length).toBe(3)
    const [start, middle, end] = between.rows
    expect(middle?.code).toEqual(
      start?.code.map((node, index) => expect.closeTo((node + (end?.code[index] ?? 0)) / 2, 4)),
    )
    // The code of a row decodes to what the row's detail calls typical.
    const decoded = await api.decodeCodes({ runId, codes: [start?.code ?? []] })
    expect(decoded.columns).toEqual(['speed', 'pressure', 'load', 'machine'])
    const detail = await api.explainRow({ runId, row: 4 })
    const typical = decoded.columns.map(
      (column) => detail.shares.find((share) => share.column === column)?.typical ?? null,
    )
    for (const [index, cell] of (decoded.rows[0]?.cells ?? []).entries()) {
      const expected = typical[index]
      expect(cell).toEqual(typeof expected === 'number' ? expect.closeTo(expected, 2) : expected)
    }

    await expect(api.generateRows({ runId, count: 2, seed: 1 })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('variational and conditional models only'),
    })
    await expect(api.decodeCodes({ runId, codes: [[1]] })).rejects.toThrow('Code 1 has 1 numbers')
    await expect(api.readNeighbours({ runId, row: 1_000_000, count: 3 })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('of a variational run gives new rows, the same for the same seed', async () => {
    const runId = await train({
      kind: 'variational',
      beta: 1,
      warmUpShare: 0.5,
      score: 'reconstruction',
      samples: 1,
    })
    const made = await api.generateRows({ runId, count: 5, seed: 3 })
    expect(made.rows.length).toBe(5)
    for (const { cells } of made.rows) {
      const [speed, , , machine] = cells
      expect(speed).toBeGreaterThan(40)
      expect(speed).toBeLessThan(160)
      expect(['press', 'mill']).toContain(machine)
    }
    expect(await api.generateRows({ runId, count: 5, seed: 3 })).toEqual(made)
    expect(await api.generateRows({ runId, count: 5, seed: 4 })).not.toEqual(made)
  })

  it('of a conditional run takes the context of a row', async () => {
    const runId = await train({
      kind: 'conditional',
      context: ['machine'],
      beta: 1,
      warmUpShare: 0.5,
      score: 'reconstruction',
      samples: 1,
    })
    for (const [likeRow, machine] of [
      [2, 'press'],
      [3, 'mill'],
    ] as const) {
      const made = await api.generateRows({ runId, count: 4, seed: 3, likeRow })
      expect(made.rows.map(({ cells }) => cells[3])).toEqual([machine, machine, machine, machine])
      const codes = made.rows.map(({ code }) => code)
      const decoded = await api.decodeCodes({ runId, codes, likeRow })
      expect(decoded.rows.map(({ cells }) => cells[3])).toEqual([machine, machine, machine, machine])
    }
    const between = await api.interpolateRows({ runId, from: 2, to: 3, steps: 4 })
    expect(between.rows.map(({ cells }) => cells[3])).toEqual(['press', 'press', 'mill', 'mill'])
  })

  it('has its codes read by a job that tells how far it is and can be cancelled', async () => {
    const runId = await train({ kind: 'undercomplete' })
    const { jobId } = await api.startLatentMap({ runId })
    await expect(api.deleteRun({ runId })).rejects.toMatchObject({ code: 'busy' })
    await api.cancelJob({ jobId })
    await expect(ended(api, { jobId })).rejects.toThrow('cancelled')
    expect(await ended(api, await api.startLatentMap({ runId }))).toEqual({ kind: 'latent-map', runId })
    const told = (await api.listJobs({})).findLast(({ kind }) => kind === 'latent-map')
    expect(told).toMatchObject({ title: 'Codes of machines', progress: 1 })
    expect((await api.readLatentMap({ runId })).total).toBe(rows)
    await expect(api.startLatentMap({ runId: 'gone' })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('holds the run while all its rows are read, and is gone with it', async () => {
    const runId = await train({ kind: 'undercomplete' })
    const reading = api.readLatentMap({ runId })
    await expect(api.deleteRun({ runId })).rejects.toMatchObject({ code: 'busy' })
    await reading
    await api.deleteRun({ runId })
    await expect(api.readLatentMap({ runId })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('of two runs asked for at the same time does not mix them up', async () => {
    const [narrow, wide] = [
      await train({ kind: 'denoising' }, { code: 2 }),
      await train({ kind: 'denoising' }, { code: 5 }),
    ]
    const widths = await Promise.all(
      [narrow, wide, narrow, wide].map(async (runId) => (await api.readLatentMap({ runId })).codeWidth),
    )
    expect(widths).toEqual([2, 5, 2, 5])
  })
})
