import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../contract/failure.ts'
import type { RunSummary } from '../../contract/records.ts'
import type { TrainedModel } from '../../pipeline/training/trainedModel.ts'
import { parseModel, serialiseModel } from '../../pipeline/training/trainedModel.ts'
import { replaceFile } from './folder.ts'

/** A run as stored: everything of its summary that does not follow from the data set as it is now. */
export type StoredRun = Omit<RunSummary, 'labelColumn'>

export interface RankedScores {
  /** Highest first. */
  readonly scores: Float32Array
  /** Row number of each score. */
  readonly rows: Int32Array
}

export interface RunStore {
  /** Newest first. */
  list(): readonly StoredRun[]
  /** @throws Failure `not-found` */
  find(runId: string): StoredRun
  save(run: StoredRun, model: TrainedModel, ranked: RankedScores): Promise<void>
  update(run: StoredRun): Promise<void>
  readModel(runId: string): Promise<TrainedModel>
  readScores(runId: string): Promise<RankedScores>
  delete(runId: string): Promise<void>
}

/**
 * Runs as folders of plain files (run.json, model.json, model.bin, scores.bin). A run is written under a
 * hidden name and renamed, so that a killed process leaves either all of it or nothing that counts.
 */
export async function openRunStore(folder: string): Promise<RunStore> {
  const runs = new Map<string, StoredRun>()
  for (const name of await readdir(folder)) {
    if (name.startsWith('.')) continue
    const run: StoredRun = JSON.parse(await readFile(join(folder, name, 'run.json'), 'utf8'))
    runs.set(run.runId, run)
  }

  // The page asks for the scores of the run it shows again and again: the last ones read stay in memory.
  let lastRead: { readonly runId: string; readonly ranked: RankedScores } | undefined

  const place = (runId: string, file: string) => join(folder, runId, file)
  const find = (runId: string): StoredRun => {
    const run = runs.get(runId)
    if (!run) throw new Failure('not-found', 'That run is not in this project any more.', { runId })
    return run
  }

  return {
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
    async update(run) {
      find(run.runId)
      await replaceFile(place(run.runId, 'run.json'), JSON.stringify(run))
      runs.set(run.runId, run)
    },
    async readModel(runId) {
      find(runId)
      const json = await readFile(place(runId, 'model.json'), 'utf8')
      const bytes = await readFile(place(runId, 'model.bin'))
      // Copied out of the pooled buffer so that the view is aligned.
      return parseModel({ json, numbers: new Float32Array(new Uint8Array(bytes).buffer) })
    },
    async readScores(runId) {
      const { rows: count } = find(runId)
      if (lastRead?.runId === runId) return lastRead.ranked
      const bytes = await readFile(place(runId, 'scores.bin'))
      if (bytes.byteLength !== count * 8) {
        throw new Failure('disk', 'The scores of this run are damaged. Train again.', { runId })
      }
      // Copied out of the pooled buffer so that both views are aligned.
      const { buffer } = new Uint8Array(bytes)
      const ranked = {
        scores: new Float32Array(buffer, 0, count),
        rows: new Int32Array(buffer, count * 4, count),
      }
      lastRead = { runId, ranked }
      return ranked
    },
    async delete(runId) {
      find(runId)
      // Renamed first: a deletion that is interrupted leaves a hidden folder, cleared at the next opening.
      await rename(join(folder, runId), join(folder, `.deleted-${runId}`))
      runs.delete(runId)
      await rm(join(folder, `.deleted-${runId}`), { recursive: true, force: true })
    },
  }
}

const bytesOf = (array: Float32Array | Int32Array) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
