import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../../contract/failure.ts'
import type { ModelSummary } from '../../contract/records.ts'
import type { ModelFile } from '../../pipeline/modelFile/modelFile.ts'
import { parseModelFile, readModelBytes, readModelFile } from '../../pipeline/modelFile/readModelFile.ts'
import { replaceFile } from './folder.ts'
import { type ModelRecord, parseModelRecord, summaryOf } from './modelRecord.ts'

export interface ModelStore {
  /** What was found damaged and set aside since the project was opened, in sentences. */
  readonly warnings: readonly string[]
  /** Newest first. */
  list(): readonly ModelSummary[]
  /** @throws Failure `not-found` */
  find(modelId: string): ModelSummary
  /** Copies a model file into the project. @throws Failure for a file that is no model */
  add(path: string, fileName: string): Promise<ModelSummary>
  /**
   * Reads the model file itself. One that is refused is set aside, and is no model of the project any more.
   * @throws Failure `unreadable-file` then, `disk` when the file cannot be reached, `not-found`
   */
  read(modelId: string): Promise<ModelFile>
  delete(modelId: string): Promise<void>
}

/**
 * Models from files: a folder each, with the file as it was (model.onnx), and what the list shows of it (model.json),
 * so that opening a project does not read files of hundreds of megabytes. A model is copied under a hidden name and
 * renamed. One whose file is refused is renamed to `damaged-…`.
 */
export async function openModelStore(folder: string): Promise<ModelStore> {
  const models = new Map<string, ModelRecord>()
  const warnings: string[] = []
  const place = (modelId: string) => join(folder, modelId, 'model.onnx')

  /** Of a model that an earlier version opened, the file itself must be read, once. */
  async function recordOf(modelId: string): Promise<ModelRecord> {
    const path = join(folder, modelId, 'model.json')
    const kept = parseModelRecord(await readFile(path, 'utf8').catch(() => ''))
    const openedAt = kept.openedAt ?? (await stat(place(modelId))).mtime.toISOString()
    if (kept.summary) return { openedAt, summary: kept.summary }
    const record = { openedAt, summary: summaryOf(await readModelFile(place(modelId))) }
    // Where it cannot be kept, it is read again at the next opening.
    await replaceFile(path, JSON.stringify(record)).catch(() => undefined)
    return record
  }

  /** Nothing is deleted: a person may want to look at what is left. */
  async function setAside(modelId: string, name: string): Promise<string> {
    await rename(join(folder, modelId), join(folder, `damaged-${modelId}`))
    models.delete(modelId)
    const sentence = `${name} could not be read and was set aside as models/damaged-${modelId}. Open its file again.`
    warnings.push(sentence)
    return sentence
  }

  for (const name of await readdir(folder)) {
    if (name.startsWith('.') || name.startsWith('damaged-')) continue
    try {
      models.set(name, await recordOf(name))
    } catch {
      await setAside(name, 'A model')
    }
  }

  const recordNamed = (modelId: string): ModelRecord => {
    const found = models.get(modelId)
    if (!found) throw new Failure('not-found', 'That model is not in this project any more.', { modelId })
    return found
  }

  return {
    warnings,
    list: () =>
      [...models]
        .sort(([, one], [, other]) => other.openedAt.localeCompare(one.openedAt))
        .map(([modelId, { summary }]) => ({ modelId, ...summary })),
    find: (modelId) => ({ modelId, ...recordNamed(modelId).summary }),
    async add(path, fileName) {
      const modelId = randomUUID()
      const draft = join(folder, `.${modelId}`)
      await mkdir(draft)
      try {
        // Read once: what was checked is what will score.
        const bytes = await readModelBytes(path, fileName)
        const summary = summaryOf(await parseModelFile(bytes, fileName))
        // One and the same model opened twice is one model.
        const same = [...models].find(([, known]) => isDeepStrictEqual(known.summary, summary))
        if (same) return { modelId: same[0], ...summary }
        await writeFile(join(draft, 'model.onnx'), bytes, { flush: true })
        const record = { openedAt: new Date().toISOString(), summary }
        await replaceFile(join(draft, 'model.json'), JSON.stringify(record))
        await rename(draft, join(folder, modelId))
        models.set(modelId, record)
        return { modelId, ...summary }
      } finally {
        await rm(draft, { recursive: true, force: true })
      }
    },
    async read(modelId) {
      const { summary } = recordNamed(modelId)
      try {
        const file = await readModelFile(place(modelId), summary.name)
        // Another model must not score in the name of the one that the person chose.
        if (file.trainingHash === summary.trainingHash) return file
      } catch (error) {
        // What the disk does not give now, it may give later.
        if (!(error instanceof Failure) || error.code !== 'unreadable-file') throw error
      }
      const told = await setAside(modelId, `The model "${summary.name}"`)
      throw new Failure('unreadable-file', told, { modelId })
    },
    async delete(modelId) {
      recordNamed(modelId)
      const aside = join(folder, `.deleted-${modelId}`)
      await rename(join(folder, modelId), aside)
      models.delete(modelId)
      await rm(aside, { recursive: true, force: true })
    },
  }
}
