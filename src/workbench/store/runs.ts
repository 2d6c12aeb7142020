import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../contract/failure.ts'
import type { TrainedModel } from '../../pipeline/training/trainedModel.ts'
import { parseModel, serialiseModel } from '../../pipeline/training/trainedModel.ts'
import { replaceFile } from './folder.ts'
import { parseStoredRun, type StoredRun } from './storedRun.ts'

export interface RankedScores {
  /** Highest first. */
  readonly scores: Float32Array
  /** Row number of each score. */
  readonly rows: Int32Array
}

export interface RunStore {
  /** What was found damaged and set aside at opening, in sentences. */
  readonly warnings: readonly string[]
  /** Newest first. */
  list(): readonly StoredRun[]
  /** @throws Failure `not-found` */
  find(runId: string): StoredRun
  save(run: StoredRun, model: TrainedModel, ranked: RankedScores): Promise<void>
  /** Changes a run as it is when its turn comes: changes of one run are written one after the other. */
  update(runId: string, change: (run: StoredRun) => StoredRun): Promise<void>
  readModel(runId: string): Promise<TrainedModel>
  readScores(runId: string): Promise<RankedScores>
  delete(runId: string): Promise<void>
}

/**
 * Runs as folders of plain files (run.json, model.json, model.bin, scores.bin). A run is written under a
 * hidden name and renamed, so that a killed process leaves either all of it or nothing that counts. A run
 * whose record cannot be read is renamed to `damaged-…` and told in `warnings`; the others open as usual.
 */
export async function openRunStore(folder: string): Promise<RunStore> {
  const runs = new Map<string, StoredRun>()
  const warnings: string[] = []
  for (const name of await readdir(folder)) {
    if (name.startsWith('.') || name.startsWith('damaged-')) continue
    const run = parseStoredRun(await readFile(join(folder, name, 'run.json'), 'utf8').catch(() => ''))
    if (run?.runId === name) {
      runs.set(name, run)
      continue
    }
    await rename(join(folder, name), join(folder, `damaged-${name}`))
    warnings.push(`A run could not be read and was set aside as runs/damaged-${name}. Train again.`)
  }
  let lastUpdate: Promise<void> = Promise.resolve()

  // The page asks for the scores of the run it shows again and again: the last ones read stay in memory.
  let lastRead: { readonly runId: string; readonly ranked: Promise<RankedScores> } | undefined

  const place = (runId: string, file: string) => join(folder, runId, file)
  const find = (runId: string): StoredRun => {
    const run = runs.get(runId)
    if (!run) throw new Failure('not-found', 'That run is not in this project any more.', { runId })
    return run
  }

  async function loadScores(runId: string): Promise<RankedScores> {
    const { rows: count } = find(runId)
    const bytes = await readFile(place(runId, 'scores.bin'))
    if (bytes.byteLength !== count * 8) {
      throw new Failure('disk', 'The scores of this run are damaged. Train again.', { runId })
    }
    // Copied out of the pooled buffer so that both views are aligned.
    const { buffer } = new Uint8Array(bytes)
    return {
      scores: new Float32Array(buffer, 0, count),
      rows: new Int32Array(buffer, count * 4, count),
    }
  }

  return {
    warnings,
    list: () => [...runs.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt)),
    find,
    async save(run, model, { scores, rows }) {
      const draft = join(folder, `.${run.runId}`)
      await mkdir(draft)
      const { json, numbers } = serialiseModel(model)
      await replaceFile(join(draft, 'model.json'), json)
      await replaceFile(join(draft, 'model.bin'), bytesOf(numbers))
      await replaceFile(join(draft, 'scores.bin'), Buffer.concat([bytesOf(scores), bytesOf(rows)]))
      await replaceFile(join(draft, 'run.json'), JSON.stringify(run))
      await rename(draft, join(folder, run.runId))
      runs.set(run.runId, run)
    },
    async update(runId, change) {
      const update = lastUpdate.then(async () => {
        const run = change(find(runId))
        await replaceFile(place(runId, 'run.json'), JSON.stringify(run))
        // It may have been deleted while its record was written.
        if (runs.has(runId)) runs.set(runId, run)
      })
      lastUpdate = update.catch(() => undefined)
      await update
    },
    async readModel(runId) {
      find(runId)
      const json = await readFile(place(runId, 'model.json'), 'utf8')
      const bytes = await readFile(place(runId, 'model.bin'))
      // Copied out of the pooled buffer so that the view is aligned.
      return parseModel({ json, numbers: new Float32Array(new Uint8Array(bytes).buffer) })
    },
    async readScores(runId) {
      find(runId)
      if (lastRead?.runId === runId) return lastRead.ranked
      const ranked = loadScores(runId)
      lastRead = { runId, ranked }
      ranked.catch(() => {
        lastRead = undefined
      })
      return ranked
    },
    async delete(runId) {
      find(runId)
      await lastUpdate
      // Renamed first: a deletion that is interrupted leaves a hidden folder, cleared at the next opening.
      await rename(join(folder, runId), join(folder, `.deleted-${runId}`))
      runs.delete(runId)
      if (lastRead?.runId === runId) lastRead = undefined
      await rm(join(folder, `.deleted-${runId}`), { recursive: true, force: true })
    },
  }
}

const bytesOf = (array: Float32Array | Int32Array) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
