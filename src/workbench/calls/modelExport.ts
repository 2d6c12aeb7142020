import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { version } from '../../../package.json'
import type { Api } from '../../contract/api.ts'
import { Failure } from '../../contract/failure.ts'
import type { Dataset, ModelFormat, Threshold } from '../../contract/records.ts'
import { readDataset } from '../../pipeline/dataset/store.ts'
import { writeFully } from '../../pipeline/dataset/writeFully.ts'
import { writeExport } from '../../pipeline/export/writeExport.ts'
import { type ModelFile, trainingHash } from '../../pipeline/modelFile/modelFile.ts'
import { writeOnnxModel } from '../../pipeline/modelFile/writeOnnxModel.ts'
import { writeTensorflowModel } from '../../pipeline/modelFile/writeTensorflowModel.ts'
import { zipFiles } from '../../pipeline/modelFile/zipFiles.ts'
import type { Context } from '../context.ts'
import { freePath, refuseProjectPath } from '../exportPaths.ts'
import { type JobHandle, whileReporting } from '../jobs.ts'
import { runReference, trainingOf } from '../reference.ts'
import type { StoredRun } from '../store/storedRun.ts'

type ModelExportCalls = Pick<Api, 'startModelExport'>

const endings: Readonly<Record<ModelFormat, string>> = {
  onnx: '-model.onnx',
  tensorflowjs: '-tensorflowjs.zip',
}

/** Calls that write models to files. */
export function modelExportCalls(context: Context): ModelExportCalls {
  const { claims, folder, jobs } = context

  return {
    async startModelExport({ runId, format, path }) {
      const training = trainingRun(context, runId)
      const { datasetId } = training
      const release = claims.share(runId, training.runId, datasetId)
      try {
        const dataset = await readDataset(context.database, datasetId)
        if (path !== undefined) await refuseProjectPath(folder.root, path)
        const target = path ?? (await freePath(folder.exports, dataset.name, endings[format]))
        const jobId = jobs.start({
          kind: 'export',
          title: 'Export the model',
          ended: release,
          async work(job) {
            const file = await modelFile(context, { runId, training, dataset, job })
            const bytes = await bytesOf(file, format, job)
            const saving = writeExport(target, async (part) => {
              await writeFully(part, bytes, basename(target))
              return file.model.rows
            })
            return { result: { kind: 'export', file: await whileReporting(job, 'Writing the file', saving) } }
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
function trainingRun(context: Context, runId: string): StoredRun {
  const run = context.runs.find(runId)
  const training = trainingOf(context, run)
  if (training) return training
  if (run.scored?.runId === null)
    throw new Failure(
      'bad-request',
      `These rows were scored by the model file "${run.scored.modelName}"; use that file itself.`,
    )
  throw new Failure('not-found', 'The run that trained this model is not in this project any more.', {
    runId,
  })
}

async function modelFile(
  context: Context,
  input: {
    /** Its line is the one that goes into the file. */
    readonly runId: string
    readonly training: StoredRun
    readonly dataset: Dataset
    readonly job: JobHandle
  },
): Promise<ModelFile> {
  const { runId, training, dataset, job } = input
  const model = await context.runs.readModel(training.runId)
  const reference = await runReference(context, runId, job)
  const { cut } = context.runs.find(runId).threshold
  const { flagged } = reference.scores
  // A rule that was applied to other rows says nothing of the training's: only where the line is.
  const threshold: Threshold =
    runId === training.runId ? training.threshold : { rule: 'manual', value: cut, cut, flagged }
  const { settings, state } = model
  await pause(job)
  return {
    model,
    threshold,
    name: dataset.name,
    trainedAt: training.createdAt,
    writtenBy: version,
    trainingHash: await trainingHash({
      dataHash: dataset.sha256,
      settings,
      weights: state.weights,
      signal: job.signal,
    }),
    reference,
  }
}

async function bytesOf(file: ModelFile, format: ModelFormat, job: JobHandle): Promise<Uint8Array> {
  job.report({ phase: 'Writing the model' })
  await pause(job)
  if (format === 'onnx') return writeOnnxModel(file, job.signal)
  const files = await writeTensorflowModel(file.model, file.name, job.signal)
  await pause(job)
  return zipFiles(files, new Date(file.trainedAt), job.signal)
}

/** Between two parts of the work: lets calls pass, and ends the job where somebody has cancelled it. */
async function pause({ report, signal }: JobHandle): Promise<void> {
  report({})
  await setImmediate()
  signal.throwIfAborted()
}
