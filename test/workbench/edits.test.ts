import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Api } from '../../src/contract/api.ts'
import type { Dataset } from '../../src/contract/records.ts'
import type { Workbench } from '../../src/workbench/createWorkbench.ts'
import { importFileOf, openIn, trainOn } from './openWorkbench.ts'

describe('edits', () => {
  let folder: string
  let workbench: Workbench
  let api: Api
  let datasetId: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'residual-edits-'))
    ;({ workbench, api } = await openIn(join(folder, 'project')))
    const lines = Array.from(
      { length: 60 },
      (_, row) => `${row / 7},${row % 5},0${row % 3}.50,${'ab'[row % 2]}`,
    )
    const file = join(folder, 'pumps.csv')
    await writeFile(file, `speed,heat,code,kind\n${lines.join('\n')}\n`)
    datasetId = await importFileOf(api, file)
  })
  afterEach(async () => {
    await workbench.close()
    await rm(folder, { recursive: true, force: true })
  })

  const dataset = async (): Promise<Dataset> => {
    const found = (await api.readProject({})).datasets[0]
    if (!found) throw new Error('no data set')
    return found
  }
  const column = async (name: string) => (await dataset()).columns.find((one) => one.name === name)
  const waiting = async () => {
    const { undoable, redoable } = await api.readProject({})
    return [undoable, redoable]
  }
  const update = (columns: Parameters<Api['updateColumns']>[0]['columns']) =>
    api.updateColumns({ datasetId, columns })

  it('are taken back and done again in order, also after the project was closed and opened', async () => {
    const states = [await dataset()]
    states.push(await update({ speed: { role: 'ignored' } }))
    states.push(await update({ heat: { type: 'category' }, kind: { role: 'label' } }))
    expect(await waiting()).toEqual(['types of 2 columns in pumps', null])
    await workbench.close()
    ;({ workbench, api } = await openIn(join(folder, 'project')))
    expect(await api.undo({})).toEqual({ what: 'types of 2 columns in pumps', subject: { datasetId } })
    expect(await dataset()).toEqual(states[1])
    await api.undo({})
    expect(await dataset()).toEqual(states[0])
    expect(await waiting()).toEqual([null, 'role of speed in pumps'])
    await expect(api.undo({})).rejects.toMatchObject({ code: 'not-found' })
    await api.redo({})
    await api.redo({})
    expect(await dataset()).toEqual(states[2])
    await expect(api.redo({})).rejects.toMatchObject({ code: 'not-found' })
  })

  it('give way to a new edit once they are taken back', async () => {
    await update({ speed: { role: 'ignored' } })
    await api.undo({})
    await update({ heat: { role: 'ignored' } })
    expect(await waiting()).toEqual(['role of heat in pumps', null])
  })

  it('bring the texts of a column back as they were written', async () => {
    await update({ code: { type: 'category' } })
    const before = await dataset()
    const cells = async () => (await api.readRows({ datasetId, from: 0, to: 3 })).cells.map((row) => row[2])
    const written = await cells()
    await update({ code: { type: 'number' } })
    await update({ code: { type: 'category' } })
    expect(await cells()).toEqual(written)
    await api.undo({})
    expect((await column('code'))?.type).toBe('number')
    await api.undo({})
    expect(await dataset()).toEqual(before)
    expect(await cells()).toEqual(written)
  })

  it('are not made of changes that change nothing, or that are refused', async () => {
    await update({ speed: { role: 'feature' } })
    await expect(update({ kind: { type: 'number' }, heat: { role: 'ignored' } })).rejects.toThrow(
      'cannot be a number',
    )
    expect(await waiting()).toEqual([null, null])
  })

  it('of a threshold bring the very line back, and go with their run', async () => {
    const runId = await trainOn(api, datasetId)
    const first = (await api.readRun({ runId })).threshold
    const second = await api.setThreshold({ runId, rule: 'top-k', value: 7 })
    expect(second.flagged).toBe(7)
    expect(await api.undo({})).toEqual({ what: 'threshold', subject: { runId } })
    expect((await api.readRun({ runId })).threshold).toEqual(first)
    await api.redo({})
    expect((await api.readRun({ runId })).threshold).toEqual(second)
    await api.deleteRun({ runId })
    expect(await waiting()).toEqual([null, null])
  })

  it('asked to be taken back twice at once are taken back one by one', async () => {
    await update({ speed: { role: 'ignored' } })
    const both = await Promise.allSettled([api.undo({}), api.undo({})])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await column('speed'))?.role).toBe('feature')
  })
})
