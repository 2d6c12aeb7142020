import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/pipeline/dataset/database.ts'
import type { Workbench } from '../../src/workbench/createWorkbench.ts'
import { projectVersion } from '../../src/workbench/project/migrations.ts'
import { openIn, resultOf, trainOn } from './openWorkbench.ts'

// Whole project folders as Residual wrote them at the end of each issue: one import of 60 rows with one line that
// could not be read, the column "odd" made the label, one training of 60 steps with seed 3, its threshold set to the
// top 5.
const projects = join(import.meta.dirname, 'fixtures/projects')

let folder: string
let workbench: Workbench | undefined
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'residual-released-')), 'old.residual')
})
afterEach(async () => {
  await workbench?.close()
  workbench = undefined
  await rm(dirname(folder), { recursive: true, force: true })
})

async function unpack(name: string): Promise<void> {
  for (const [path, bytes] of Object.entries(unzipSync(await readFile(join(projects, name))))) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
}

async function open() {
  const opened = await openIn(folder)
  workbench = opened.workbench
  return opened.api
}

/** Runs statements on the database of a closed project. */
async function onDatabase(...statements: string[]) {
  const database = await openDatabase({
    file: join(folder, 'project.duckdb'),
    temporaryFolder: join(folder, 'temporary'),
  })
  let answer: unknown[][] = []
  for (const statement of statements) answer = await database.run(statement)
  await database.close()
  return answer
}

const names = await readdir(projects)

it('has a project of every issue that ended', () => {
  expect(names.sort()).toEqual(['firstIssue.zip', 'secondIssue.zip', 'thirdIssue.zip'])
})

describe.each(names)('the project in %s', (name) => {
  it('opens, is migrated, and is read, trained on, edited and exported as one of today', async () => {
    await unpack(name)
    const api = await open()
    const project = await api.readProject({})
    expect(project).toMatchObject({ name: 'old', warnings: [], models: [], undoable: null })
    const [dataset] = project.datasets
    const [run] = project.runs
    if (dataset === undefined || run === undefined) throw new Error(JSON.stringify(project))
    expect([project.datasets.length, project.runs.length, dataset.rows]).toEqual([1, 1, 60])
    expect(dataset.columns.map(({ name: column, type, role }) => [column, type, role])).toEqual([
      ['at', 'date-time', 'feature'],
      ['size', 'number', 'feature'],
      ['colour', 'category', 'feature'],
      ['load', 'number', 'feature'],
      ['note', 'category', 'feature'],
      ['odd', 'number', 'label'],
    ])
    expect(run).toMatchObject({ state: 'complete', rows: 60, threshold: { rule: 'top-k', value: 5 } })

    const { datasetId } = dataset
    const { rows } = await api.readRows({ datasetId, from: 0, to: 60 })
    expect(rows.length).toBe(60)
    const { issues } = await api.readIssues({ datasetId, from: 0, to: 10 })
    expect(issues).toMatchObject([{ line: 62, raw: 'short,row' }])
    const ranked = await api.readRankedRows({ runId: run.runId, from: 0, to: 2 })
    // The two rows made odd, 60 above the others.
    expect(ranked.rows.map(({ row }) => row).sort((one, other) => one - other)).toEqual([13, 41])

    const exported = await resultOf(
      api,
      'export',
      api.startExport({ runId: run.runId, rows: 'all', neutraliseFormulas: true }),
    )
    expect(await readFile(exported.file.path, 'utf8')).toContain('"note, 1 ""as said"""')

    // The same settings on the same table: a training of today ends with the same scores but for rounding.
    const again = await trainOn(api, datasetId)
    const before = await api.readScores({ runId: run.runId })
    const after = await api.readScores({ runId: again })
    expect([...after.rows.slice(0, 2)].sort()).toEqual([...before.rows.slice(0, 2)].sort())

    await api.updateColumns({ datasetId, columns: { load: { role: 'ignored' } } })
    await workbench?.close()
    const reopened = await (await open()).readProject({})
    expect([reopened.runs.length, reopened.undoable]).toEqual([2, 'role of load in readings'])
    await workbench?.close()
    workbench = undefined
    expect(await onDatabase('SELECT key, value FROM meta')).toEqual([['version', String(projectVersion)]])
  })
})

describe('a project of a newer Residual', () => {
  it('is refused with a sentence, and nothing in it is changed', async () => {
    await unpack(names[0] ?? '')
    await onDatabase(
      'CREATE TABLE meta (key VARCHAR NOT NULL, value VARCHAR NOT NULL)',
      `INSERT INTO meta VALUES ('version', '${projectVersion + 1}')`,
    )
    // A draft that this version would clear.
    await mkdir(join(folder, 'runs/.draft-of-tomorrow'), { recursive: true })
    await expect(openIn(folder)).rejects.toMatchObject({
      code: 'unreadable-file',
      message: expect.stringMatching(/The project old was written by a newer Residual.*Update Residual/),
    })
    expect(await readdir(join(folder, 'runs'))).toContain('.draft-of-tomorrow')
    expect(await onDatabase("SELECT value FROM meta WHERE key = 'version'")).toEqual([
      [String(projectVersion + 1)],
    ])
  })
})
