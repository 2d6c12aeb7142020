import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../contract/failure.ts'
import { type Reference, referenceSchema } from '../../pipeline/scoring/reference.ts'
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

/** What a run keeps beside its record. */
export interface RunParts {
  readonly model: TrainedModel
  readonly ranked: RankedScores
  readonly reference: Reference | null
}

export interface RunStore {
  /** What was found damaged and set aside at opening, in sentences. */
  readonly warnings: readonly string[]
  /** Newest first. */
  list(): readonly StoredRun[]
  /** @throws Failure `not-found` */
  find(runId: string): StoredRun
  /** Writes a run whole; one with the same id is replaced. */
  save(run: StoredRun, parts: RunParts): Promise<void>
  /**
   * Keeps what a training has reached in case the process dies: the next opening finds it as a run. `save` of the
   * same run, or `dropCheckpoint`, takes its place.
   */
  saveCheckpoint(run: StoredRun, parts: RunParts): Promise<void>
  dropCheckpoint(runId: string): Promise<void>
  /** Changes a run as it is when its turn comes: changes of one run are written one after the other. */
  update(runId: string, change: (run: StoredRun) => StoredRun): Promise<void>
  readModel(runId: string): Promise<TrainedModel>
  /** What the training rows looked like; null for a run that kept none. */
  readReference(runId: string): Promise<Reference | null>
  readScores(runId: string): Promise<RankedScores>
  delete(runId: string): Promise<void>
}

/**
 * Runs as folders of plain files (run.json, model.json, model.bin, scores.bin, reference.json). A run is written
 * under a hidden name, renamed to another hidden name once it is whole, and then put in place, which the next
 * opening completes: a killed process leaves either all of it or nothing that counts. A run whose record cannot
 * be read is renamed to `damaged-…` and told in `warnings`; the others open as usual.
 */
export async function openRunStore(folder: string): Promise<RunStore> {
  const runs = new Map<string, StoredRun>()
  for (const name of await readdir(folder)) {
    if (name.startsWith(whole)) await putInPlace(folder, name.slice(whole.length))
  }
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
    async save(run, parts) {
      await lastUpdate
      await writeWhole(folder, run, parts)
      await putInPlace(folder, run.runId)
      runs.set(run.runId, run)
      if (lastRead?.runId === run.runId) lastRead = undefined
    },
    saveCheckpoint: (run, parts) => writeWhole(folder, run, parts),
    dropCheckpoint: (runId) => rm(join(folder, `${whole}${runId}`), { recursive: true, force: true }),
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
    async readReference(runId) {
      find(runId)
      const text = await readFile(place(runId, 'reference.json'), 'utf8').catch(() => 'null')
      return referenceSchema.nullable().parse(JSON.parse(text))
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
      await discard(folder, join(folder, runId))
      runs.delete(runId)
      if (lastRead?.runId === runId) lastRead = undefined
    },
  }
}

/** Begins the name of a run that is written whole and not yet in its place. */
const whole = '.whole-'
const discarded = '.discarded-'

async function writeWhole(folder: string, run: StoredRun, parts: RunParts): Promise<void> {
  const { model, ranked, reference } = parts
  const draft = join(folder, `.draft-${run.runId}`)
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft)
  const { json, numbers } = serialiseModel(model)
  await replaceFile(join(draft, 'model.json'), json)
  await replaceFile(join(draft, 'model.bin'), bytesOf(numbers))
  await replaceFile(join(draft, 'scores.bin'), Buffer.concat([bytesOf(ranked.scores), bytesOf(ranked.rows)]))
  if (reference) await replaceFile(join(draft, 'reference.json'), JSON.stringify(reference))
  await replaceFile(join(draft, 'run.json'), JSON.stringify(run))
  const ready = join(folder, `${whole}${run.runId}`)
  await discard(folder, ready)
  await rename(draft, ready)
}

async function putInPlace(folder: string, runId: string): Promise<void> {
  await discard(folder, join(folder, runId))
  await rename(join(folder, `${whole}${runId}`), join(folder, runId))
}

/** Renamed first: a deletion that is interrupted leaves a hidden folder, cleared at the next opening. */
async function discard(folder: string, path: string): Promise<void> {
  const aside = join(folder, `${discarded}${randomUUID()}`)
  const isThere = await rename(path, aside).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
  if (isThere) await rm(aside, { recursive: true, force: true })
}

const bytesOf = (array: Float32Array | Int32Array) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
