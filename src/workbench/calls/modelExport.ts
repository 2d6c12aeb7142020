import { randomUUID } from 'node:crypto'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { version } from '../../../package.json'
import type { Api } from '../../contract/api.ts'
import { Failure } from '../../contract/failure.ts'
import type { ExportedFile } from '../../contract/records.ts'
import { makeFolder } from '../../pipeline/dataset/makeFolder.ts'
import { readDataset } from '../../pipeline/dataset/store.ts'
import { type ModelFile, trainingHash } from '../../pipeline/modelFile/modelFile.ts'
import { writeOnnxModel } from '../../pipeline/modelFile/writeOnnxModel.ts'
import { writeTensorflowModel } from '../../pipeline/modelFile/writeTensorflowModel.ts'
import { zipFiles } from '../../pipeline/modelFile/zipFiles.ts'
import type { Context } from '../context.ts'
import { freePath, refuseProjectPath } from '../exportPaths.ts'
import { runReference } from '../scoring/scoringModel.ts'

type ModelExportCalls = Pick<Api, 'startModelExport'>
type Format = Parameters<Api['startModelExport']>[0]['format']

const endings: Readonly<Record<Format, string>> = {
  onnx: '-model.onnx',
  tensorflowjs: '-tensorflowjs.zip',
}

/** Calls that write models to files. */
export function modelExportCalls(context: Context): ModelExportCalls {
  const { claims, folder, jobs, runs } = context

  return {
    async startModelExport({ runId: asked, format, path }) {
      const runId = trainedRun(context, asked)
      const { datasetId } = runs.find(runId)
      const release = claims.share(runId, datasetId)
      try {
        const dataset = await readDataset(context.database, datasetId)
        if (path !== undefined) await refuseProjectPath(folder.root, path)
        const target = path ?? (await freePath(folder.exports, dataset.name, endings[format]))
        const jobId = jobs.start({
          kind: 'export',
          title: 'Export the model',
          ended: release,
          async work({ report, signal }) {
            report({ phase: 'Writing the model' })
            const file = await modelFile(context, {
              runId,
              name: dataset.name,
              sha256: dataset.sha256,
              signal,
            })
            const bytes = bytesOf(file, format)
            signal.throwIfAborted()
            return { result: { kind: 'export', file: await written(target, bytes, file.model.rows) } }
          },
        })
        return { jobId }
      } catch (error) {
        release()
        throw error
      }
    },
  }
}

/** The run whose training made a run's model. */
function trainedRun({ runs }: Context, runId: string): string {
  const { scored } = runs.find(runId)
  if (scored === null) return runId
  if (scored.runId === null)
    throw new Failure(
      'bad-request',
      `These rows were scored by the model file "${scored.modelName}"; use that file itself.`,
    )
  return runs.find(scored.runId).runId
}

async function modelFile(
  context: Context,
  input: {
    readonly runId: string
    readonly name: string
    readonly sha256: string
    readonly signal: AbortSignal
  },
): Promise<ModelFile> {
  const { runId, name, sha256: dataHash, signal } = input
  const { createdAt, threshold } = context.runs.find(runId)
  const model = await context.runs.readModel(runId)
  const { settings, state } = model
  return {
    model,
    threshold,
    name,
    trainedAt: createdAt,
    writtenBy: version,
    trainingHash: trainingHash({ dataHash, settings, weights: state.weights }),
    reference: await runReference(context, runId, signal),
  }
}

function bytesOf(file: ModelFile, format: Format): Uint8Array {
  switch (format) {
    case 'onnx':
      return writeOnnxModel(file)
    case 'tensorflowjs':
      return zipFiles(writeTensorflowModel(file.model, file.name), new Date(file.trainedAt))
  }
}

/** Writes a file whole or not at all. */
async function written(path: string, bytes: Uint8Array, rows: number): Promise<ExportedFile> {
  const folder = dirname(path)
  const part = join(folder, `.${randomUUID()}.part`)
  try {
    await makeFolder(folder)
    await writeFile(part, bytes, { flush: true })
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined)
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure(
      'disk',
      `${basename(path)} cannot be written: ${reason}. Choose another folder or free some space.`,
      { path },
    )
  }
  return { name: basename(path), path, rows, bytes: (await stat(path)).size }
}
