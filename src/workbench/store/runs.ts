import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesOf } from '../../contract/bytes.ts'
import { Failure } from '../../contract/failure.ts'
import { oneByOne } from '../../pipeline/dataset/oneByOne.ts'
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
   * Keeps what a training has reached in case the process dies: the next opening, or `keepCheckpoint`, finds it as a
   * run. `save` of the same run takes its place.
   */
  saveCheckpoint(run: StoredRun, parts: RunParts): Promise<void>
  /** Makes the last checkpoint the run, and returns it; null where there is none. */
  keepCheckpoint(runId: string): Promise<StoredRun | null>
  /** Changes a run as it is when its turn comes: saves, changes and deletions come one after the other. */
  update(runId: string, change: (run: StoredRun) => Promise<StoredRun>): Promise<StoredRun>
  readModel(runId: string): Promise<TrainedModel>
  /** What the training rows looked like; null for a run that kept none, or whose copy is damaged. */
  readReference(runId: string): Promise<Reference | null>
  keepReference(runId: string, reference: Reference): Promise<void>
  readScores(runId: string): Promise<RankedScores>
  delete(runId: string): Promise<void>
}

/**
 * Runs as folders of plain files (run.json, model.json, model.bin, scores.bin, reference.json). A run is written
 * under a hidden name, renamed to another hidden name once it is whole, and then put in place, which the next
 * opening completes: a killed process leaves either all of it, or what was whole before. A run whose record cannot
 * be read is renamed to `damaged-…` and told in `warnings`; the others open as usual.
 */
export async function openRunStore(folder: string): Promise<RunStore> {
  const runs = new Map<string, StoredRun>()
  for (const runId of new Set((await readdir(folder)).flatMap((name) => wholeName(name)?.runId ?? []))) {
    await putInPlace(folder, runId)
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
  const inTurn = oneByOne()

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

  /** Puts a run in place that is written whole. */
  async function take(run: StoredRun): Promise<void> {
    await putInPlace(folder, run.runId)
    runs.set(run.runId, run)
    if (lastRead?.runId === run.runId) lastRead = undefined
  }

  return {
    warnings,
    list: () => [...runs.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt)),
    find,
    save: (run, parts) =>
      inTurn(async () => {
        await writeWhole(folder, run, parts)
        await take(run)
      }),
    saveCheckpoint: (run, parts) => writeWhole(folder, run, parts),
    keepCheckpoint: (runId) =>
      inTurn(async () => {
        const newest = (await wholesOf(folder, runId)).at(-1)
        if (newest === undefined) return null
        const run = parseStoredRun(await readFile(join(folder, newest, 'run.json'), 'utf8'))
        if (run) await take(run)
        return run
      }),
    update: (runId, change) =>
      inTurn(async () => {
        const run = await change(find(runId))
        await replaceFile(place(runId, 'run.json'), JSON.stringify(run))
        runs.set(runId, run)
        return run
      }),
    async readModel(runId) {
      find(runId)
      const json = await readFile(place(runId, 'model.json'), 'utf8')
      const bytes = await readFile(place(runId, 'model.bin'))
      // Only what is small lies in a pooled buffer, where the view might not be aligned.
      const { buffer, byteOffset, byteLength } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
      return parseModel({ json, numbers: new Float32Array(buffer, byteOffset, byteLength / 4) })
    },
    async readReference(runId) {
      find(runId)
      const text = await readFile(place(runId, 'reference.json'), 'utf8').catch((error) => {
        if (error.code === 'ENOENT') return 'null'
        throw new Failure(
          'disk',
          `What this run's training rows looked like cannot be read: ${error.message}.`,
        )
      })
      return parseReference(text)
    },
    async keepReference(runId, reference) {
      find(runId)
      await replaceFile(place(runId, 'reference.json'), JSON.stringify(reference))
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
    delete: (runId) =>
      inTurn(async () => {
        find(runId)
        await discard(folder, join(folder, runId))
        runs.delete(runId)
        if (lastRead?.runId === runId) lastRead = undefined
      }),
  }
}

const discarded = '.discarded-'

/**
 * A run that is written whole and not yet in its place is `.whole-ID.NUMBER`, the newest with the highest number. None
 * is 0: so earlier versions named them.
 */
function wholeName(name: string): { readonly runId: string; readonly number: number } | null {
  const [, runId, number = '0'] = /^\.whole-([^.]+)(?:\.(\d+))?$/.exec(name) ?? []
  return runId === undefined ? null : { runId, number: Number(number) }
}

/** Names of what is written whole of a run, the newest last. */
async function wholesOf(folder: string, runId: string): Promise<string[]> {
  const found = (await readdir(folder)).flatMap((name) => {
    const whole = wholeName(name)
    return whole?.runId === runId ? [{ name, number: whole.number }] : []
  })
  return found.sort((one, other) => one.number - other.number).map(({ name }) => name)
}

/** @throws Failure `disk` */
async function writeWhole(folder: string, run: StoredRun, parts: RunParts): Promise<void> {
  const { model, ranked, reference } = parts
  const draft = join(folder, `.draft-${run.runId}`)
  try {
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft)
    const { json, numbers } = await serialiseModel(model)
    await replaceFile(join(draft, 'model.json'), json)
    await replaceFile(join(draft, 'model.bin'), bytesOf(numbers))
    await replaceFile(
      join(draft, 'scores.bin'),
      Buffer.concat([bytesOf(ranked.scores), bytesOf(ranked.rows)]),
    )
    if (reference) await replaceFile(join(draft, 'reference.json'), JSON.stringify(reference))
    await replaceFile(join(draft, 'run.json'), JSON.stringify(run))
    const older = await wholesOf(folder, run.runId)
    const number = 1 + (wholeName(older.at(-1) ?? '')?.number ?? 0)
    // The older one goes only now: there is always one that is whole.
    await rename(draft, join(folder, `.whole-${run.runId}.${number}`))
    for (const name of older) await discard(folder, join(folder, name))
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined)
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure('disk', `The run cannot be saved: ${reason}. Free some space, then try again.`)
  }
}

/** Puts the newest of what is written whole in the place of the run. */
async function putInPlace(folder: string, runId: string): Promise<void> {
  const wholes = await wholesOf(folder, runId)
  const newest = wholes.pop()
  if (newest === undefined) return
  const aside = await setAside(folder, join(folder, runId))
  await rename(join(folder, newest), join(folder, runId))
  if (aside) await rm(aside, { recursive: true, force: true })
  for (const name of wholes) await discard(folder, join(folder, name))
}

function parseReference(text: string): Reference | null {
  try {
    return referenceSchema.nullable().parse(JSON.parse(text))
  } catch {
    return null
  }
}

async function discard(folder: string, path: string): Promise<void> {
  const aside = await setAside(folder, path)
  if (aside) await rm(aside, { recursive: true, force: true })
}

/**
 * Renamed before it is removed: a deletion that is interrupted leaves a hidden folder, cleared at the next opening.
 * @returns the new path; null where there was nothing
 */
async function setAside(folder: string, path: string): Promise<string | null> {
  const aside = join(folder, `${discarded}${randomUUID()}`)
  return rename(path, aside).then(
    () => aside,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    },
  )
}
