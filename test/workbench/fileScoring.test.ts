import { existsSync, readFileSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Papa from 'papaparse'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Api } from '../../src/contract/api.ts'
import type { Workbench } from '../../src/workbench/createWorkbench.ts'
import { endOf, resultOf } from './openWorkbench.ts'
import { openTrained, pumpLines, scored } from './scoredRows.ts'

let folder: string
let workbench: Workbench
let api: Api
let modelId: string

beforeEach(async () => {
  const opened = await openTrained()
  ;({ folder, workbench, api } = opened)
  const { runId } = opened
  const { file } = await resultOf(api, 'export', api.startModelExport({ runId, format: 'onnx' }))
  ;({ modelId } = await api.openModel({ source: { kind: 'path', path: file.path } }))
})
afterEach(async () => {
  await workbench.close()
  await rm(folder, { recursive: true, force: true })
})

const path = (name: string) => join(folder, 'exports', name)
const cellsOf = (text: string) => Papa.parse<string[]>(text.trimEnd(), { newline: '\n' }).data

/** Rows with all that hinders: quotes, formulas, line ends in cells, blank and ragged lines, words among numbers. */
async function hostile(times: number): Promise<string> {
  const [header = [], ...rows] = await pumpLines()
  const speed = header.indexOf('speed_rpm')
  const all = Array.from({ length: times }, () => rows).flat()
  const changed = all.map((row, index) => {
    const cells = row.map((cell, place) => {
      if (place !== speed) return cell
      if (index % 50 === 7) return 'broken'
      return index % 11 === 3 ? ` ${cell} ` : cell
    })
    const note = index % 9 === 0 ? 'a "note",\nwith =2' : index % 7 === 0 ? '=1+1' : '-'
    return [...cells, note]
  })
  const lines = `${Papa.unparse([[...header, 'note'], ...changed], { newline: '\n' })}\n`.split('\n')
  // After whole records only.
  lines.splice(3, 0, 'too,few', '')
  return lines.join('\n')
}

describe('scoring a file into another', () => {
  it('gives the cells and, to the last bit, the scores of an imported table', async () => {
    await writeFile(path('new.csv'), await hostile(1))
    const source = { kind: 'path', path: path('new.csv') } as const
    const run = await scored(api, { model: { modelId }, data: { source } })
    const exporting = api.startExport({
      ...{ runId: run.runId, rows: 'all', neutraliseFormulas: true, path: path('imported.csv') },
    })
    await resultOf(api, 'export', exporting)
    const streamed = await resultOf(
      api,
      'file-scoring',
      api.startFileScoring({ modelId, path: path('new.csv'), target: path('streamed.csv') }),
    )
    const imported = cellsOf(readFileSync(path('imported.csv'), 'utf8'))
    const found = cellsOf(readFileSync(path('streamed.csv'), 'utf8'))
    const width = (imported[0]?.length ?? 0) - 4
    const rank = width + 1
    // The import knows ranks, and reasons for every row.
    const expected = imported.map((row) => {
      const isUnflagged = row[rank + 1] === 'false'
      return row.flatMap((cell, place) =>
        place === rank ? [] : place === rank + 2 && isUnflagged ? [''] : [cell],
      )
    })
    expect(found).toEqual(expected)
    expect(streamed).toMatchObject({
      rows: run.rows,
      flagged: run.threshold.flagged,
      setAside: 1,
      resumedAt: null,
    })
    expect(streamed.named.map(({ line }) => line)).toEqual([4])
    expect((await readdir(join(folder, 'exports'))).filter((name) => name.includes('residual-'))).toEqual([])
  })

  it('goes on where it was stopped, and writes the same', async () => {
    await writeFile(path('long.csv'), await hostile(60))
    const input = { modelId, path: path('long.csv') }
    await resultOf(api, 'file-scoring', api.startFileScoring({ ...input, target: path('whole.csv') }))
    const { jobId } = await api.startFileScoring({ ...input, target: path('stopped.csv') })
    const part = path('stopped.csv.residual-part')
    while (!existsSync(part) || readFileSync(part).length === 0) {
      const job = (await api.listJobs({})).find((one) => one.jobId === jobId)
      await sleep(5)
      if (job?.status.state !== 'running') throw new Error(`ended early: ${JSON.stringify(job?.status)}`)
    }
    await api.cancelJob({ jobId })
    expect((await endOf(api, { jobId })).status.state).toBe('cancelled')
    expect(existsSync(path('stopped.csv'))).toBe(false)
    // What a kill leaves behind the last place that was kept is written again.
    await writeFile(part, 'torn', { flag: 'a' })
    const again = await resultOf(
      api,
      'file-scoring',
      api.startFileScoring({ ...input, target: path('stopped.csv') }),
    )
    expect(again.resumedAt).toBeGreaterThan(0)
    expect(readFileSync(path('stopped.csv')).equals(readFileSync(path('whole.csv')))).toBe(true)
  })

  it('refuses text that is no UTF-8 further down, and a file with none of the columns', async () => {
    const text = Buffer.concat([Buffer.from(`${await hostile(2)}${'1,'.repeat(10)}`), Buffer.of(0xff)])
    await writeFile(path('torn.csv'), text)
    const torn = await endOf(
      api,
      await api.startFileScoring({ modelId, path: path('torn.csv'), target: path('x.csv') }),
    )
    expect(torn.status).toMatchObject({ failure: { message: expect.stringContaining('not valid UTF-8') } })
    await writeFile(path('other.csv'), 'p,q\n1,2\n3,4\n')
    const other = await endOf(
      api,
      await api.startFileScoring({ modelId, path: path('other.csv'), target: path('x.csv') }),
    )
    expect(other.status).toMatchObject({ failure: { code: 'no-usable-columns' } })
    expect(existsSync(path('x.csv'))).toBe(false)
  })
})
