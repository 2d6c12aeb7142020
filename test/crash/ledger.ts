import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Api } from '../../src/contract/api.ts'
import type { Done, Said } from './steps.ts'

/** What is done in a project by the word of its workers, and what the last one was at when it was killed. */
export class Ledger {
  readonly datasets = new Map<string, { role: string | null }>()
  readonly runs = new Map<string, { datasetId: string; value: number | null }>()
  readonly deleted = new Set<string>()
  readonly exports: { path: string; rows: number }[] = []
  #open: { readonly begin: string; readonly subject: string } | null = null

  hear(said: Said): void {
    if ('begin' in said) this.#open = said
    if (!('done' in said)) return
    this.#open = null
    if (said.done) this.#note(said.done)
  }

  #note(done: Done): void {
    if (done.name === 'import') this.datasets.set(done.datasetId, { role: null })
    else if (done.name === 'label') this.datasets.set(done.datasetId, { role: done.role })
    else if (done.name === 'train' || done.name === 'score')
      this.runs.set(done.runId, { datasetId: done.datasetId, value: null })
    else if (done.name === 'threshold') {
      const run = this.runs.get(done.runId)
      if (run) this.runs.set(done.runId, { ...run, value: done.value })
    } else if (done.name === 'export') this.exports.push(done)
    else {
      this.datasets.delete(done.datasetId)
      this.deleted.add(done.datasetId)
      for (const [runId, { datasetId }] of this.runs)
        if (datasetId === done.datasetId) this.runs.delete(runId)
    }
  }

  /** What the killed worker was at, in words for a message. */
  get atWork(): string {
    return this.#open?.begin ?? 'nothing'
  }

  /** Compares an opened project with what is done, and takes over what the killed worker may or may not have done. */
  async check(api: Api, folder: string, tableRows: number): Promise<void> {
    const { datasets, runs, warnings } = await api.readProject({})
    expect(warnings).toEqual([])
    const at = this.#open
    const known = new Map(datasets.map((dataset) => [dataset.datasetId, dataset]))
    for (const [datasetId, { role }] of this.datasets) {
      const dataset = known.get(datasetId)
      if (at?.begin === 'delete' && at.subject === datasetId && dataset === undefined) continue
      expect(dataset, `data set ${datasetId}, imported before`).toBeDefined()
      const now = dataset?.columns.find(({ name }) => name === 'odd')?.role
      if (role !== null && !(at?.begin === 'label' && at.subject === datasetId)) expect(now).toBe(role)
    }
    // Those of the step that was cut short count as well, if they are there: whole.
    for (const { datasetId, rows } of datasets) {
      expect(this.deleted.has(datasetId), `data set ${datasetId}, deleted before`).toBe(false)
      expect(rows).toBe(tableRows)
      const page = await api.readRows({ datasetId, from: rows - 3, to: rows })
      expect(page.rows.length).toBe(3)
    }
    const gone = (datasetId: string) => !known.has(datasetId)
    const present = new Map(runs.map((run) => [run.runId, run]))
    for (const [runId, { datasetId, value }] of this.runs) {
      const run = present.get(runId)
      // Runs go with their data set, before it.
      if (at?.begin === 'delete' && at.subject === datasetId && run === undefined) continue
      expect(run, `run ${runId}, kept before`).toBeDefined()
      if (run === undefined) continue
      expect(run.state).toBe('complete')
      if (value !== null && !(at?.begin === 'threshold' && at.subject === runId))
        expect(run.threshold.value).toBe(value)
    }
    for (const { runId, datasetId, rows } of runs) {
      expect(gone(datasetId), `run ${runId} without its data set`).toBe(false)
      const { scores } = await api.readScores({ runId })
      expect(scores.length).toBe(rows)
    }
    for (const { path, rows } of this.exports) {
      expect((await readFile(path, 'utf8')).trimEnd().split('\n').length).toBe(rows + 1)
    }
    await this.#checkFiles(folder, known)
    this.datasets.clear()
    for (const dataset of datasets) {
      const role = dataset.columns.find(({ name }) => name === 'odd')?.role ?? null
      this.datasets.set(dataset.datasetId, { role })
    }
    this.runs.clear()
    for (const run of runs)
      if (run.state === 'complete')
        this.runs.set(run.runId, { datasetId: run.datasetId, value: run.threshold.value })
    this.#open = null
  }

  /** Nothing of what was cut short is left lying about. */
  async #checkFiles(folder: string, known: ReadonlyMap<string, unknown>): Promise<void> {
    expect(await readdir(join(folder, 'temporary'))).toEqual([])
    const sources = (await readdir(join(folder, 'sources'))).map((name) =>
      name.replace(/(\.clean)?\.csv$/, ''),
    )
    expect(sources.filter((datasetId) => !known.has(datasetId))).toEqual([])
    for (const part of ['runs', 'models', 'exports'])
      expect((await readdir(join(folder, part))).filter((name) => /^\.|^damaged|\.tmp$/.test(name))).toEqual(
        [],
      )
  }
}
