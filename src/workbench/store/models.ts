import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Failure } from '../../contract/failure.ts'
import type { ModelSummary } from '../../contract/records.ts'
import { featureCount } from '../../pipeline/features/encoder.ts'
import type { ModelFile } from '../../pipeline/modelFile/modelFile.ts'
import { parseModelFile, readModelBytes, readModelFile } from '../../pipeline/modelFile/readModelFile.ts'
import { replaceFile } from './folder.ts'

export interface ModelStore {
  /** What was found damaged and set aside at opening, in sentences. */
  readonly warnings: readonly string[]
  /** Newest first. */
  list(): readonly ModelSummary[]
  /** @throws Failure `not-found` */
  find(modelId: string): ModelSummary
  /** Copies a model file into the project. @throws Failure for a file that is no model */
  add(path: string, fileName: string): Promise<ModelSummary>
  read(modelId: string): Promise<ModelFile>
  delete(modelId: string): Promise<void>
}

/** The summary stands beside the file only to say when it was opened; everything else is read from the file itself. */
const record = z.object({ openedAt: z.string() })

/**
 * Models from files: a folder each, with the file as it was (model.onnx) and when it was opened (model.json). A model
 * is copied under a hidden name and renamed. One that cannot be read any more is renamed to `damaged-…`.
 */
export async function openModelStore(folder: string): Promise<ModelStore> {
  const models = new Map<string, { readonly openedAt: string; readonly summary: ModelSummary }>()
  const warnings: string[] = []
  const place = (modelId: string) => join(folder, modelId, 'model.onnx')

  for (const name of await readdir(folder)) {
    if (name.startsWith('.') || name.startsWith('damaged-')) continue
    try {
      const { openedAt } = record.parse(JSON.parse(await readFile(join(folder, name, 'model.json'), 'utf8')))
      models.set(name, { openedAt, summary: summaryOf(name, await readModelFile(place(name))) })
    } catch {
      await rename(join(folder, name), join(folder, `damaged-${name}`))
      warnings.push(
        `A model could not be read and was set aside as models/damaged-${name}. Open its file again.`,
      )
    }
  }

  const find = (modelId: string): ModelSummary => {
    const found = models.get(modelId)
    if (!found) throw new Failure('not-found', 'That model is not in this project any more.', { modelId })
    return found.summary
  }

  return {
    warnings,
    list: () =>
      [...models.values()]
        .sort((one, other) => other.openedAt.localeCompare(one.openedAt))
        .map(({ summary }) => summary),
    find,
    async add(path, fileName) {
      const modelId = randomUUID()
      const draft = join(folder, `.${modelId}`)
      await mkdir(draft)
      try {
        // Read once: what was checked is what will score.
        const bytes = await readModelBytes(path, fileName)
        const summary = summaryOf(modelId, parseModelFile(bytes, fileName))
        const same = [...models.values()].find((known) => isSame(known.summary, summary))
        if (same) return same.summary
        await writeFile(join(draft, 'model.onnx'), bytes, { flush: true })
        const openedAt = new Date().toISOString()
        await replaceFile(join(draft, 'model.json'), JSON.stringify({ openedAt }))
        await rename(draft, join(folder, modelId))
        models.set(modelId, { openedAt, summary })
        return summary
      } finally {
        await rm(draft, { recursive: true, force: true })
      }
    },
    async read(modelId) {
      return readModelFile(place(modelId), find(modelId).name)
    },
    async delete(modelId) {
      find(modelId)
      const aside = join(folder, `.deleted-${modelId}`)
      await rename(join(folder, modelId), aside)
      models.delete(modelId)
      await rm(aside, { recursive: true, force: true })
    },
  }
}

/** One and the same model opened twice is one model. */
const isSame = (one: ModelSummary, other: ModelSummary): boolean =>
  JSON.stringify({ ...one, modelId: '' }) === JSON.stringify({ ...other, modelId: '' })

function summaryOf(modelId: string, file: ModelFile): ModelSummary {
  const { model, name, trainedAt, writtenBy, threshold, trainingHash } = file
  return {
    modelId,
    name,
    trainedAt,
    writtenBy,
    flavour: model.settings.flavour,
    columns: model.encoder.columns.map(({ name: column, type }) => ({ name: column, type })),
    features: featureCount(model.encoder),
    rows: model.rows,
    trainableParameters: model.state.weights.length,
    threshold,
    trainingHash,
  }
}
