import { randomUUID } from 'node:crypto'
import type { Api } from '../../contract/api.ts'
import { Failure } from '../../contract/failure.ts'
import type { Dataset, TrainingSettings } from '../../contract/records.ts'
import { isNumeric } from '../../pipeline/dataset/layout.ts'
import { openTable } from '../../pipeline/dataset/openTable.ts'
import { readDataset } from '../../pipeline/dataset/store.ts'
import { type Encoder, featureCount } from '../../pipeline/features/encoder.ts'
import { fitEncoder } from '../../pipeline/features/fit.ts'
import { checkSameTable } from '../../pipeline/features/prepare.ts'
import { checkCombinations, checkSettings } from '../../pipeline/model/checkSettings.ts'
import { trainingPhases } from '../../pipeline/model/phases.ts'
import { chosenSettings, planModel } from '../../pipeline/model/plan.ts'
import { rankScores } from '../../pipeline/scoring/rank.ts'
import { suggestThresholds } from '../../pipeline/threshold/suggest.ts'
import { estimateTraining } from '../../pipeline/training/estimate.ts'
import type { Release } from '../claims.ts'
import type { Context } from '../context.ts'
import { trainRuns } from './trainRuns.ts'

type TrainingCalls = Pick<Api, 'planTraining' | 'estimateTraining' | 'startTraining' | 'resumeTraining'>

/** Calls that plan, start and go on with a training. */
export function trainingCalls(context: Context): TrainingCalls {
  const { claims, database, judges, jobs, runs } = context
  const encoderOf = rememberedEncoder(context)

  async function planFor(datasetId: string, settings: Partial<TrainingSettings> | undefined) {
    checkSettings(settings ?? {})
    const dataset = await readDataset(database, datasetId)
    const { encoder, seconds } = await encoderOf(dataset, chosenSettings(settings).softClip)
    const features = featureCount(encoder)
    const plan = planModel({
      settings,
      rows: dataset.rows,
      features,
      hasMissing: holdsMissing(dataset),
      encoder,
    })
    return { dataset, plan, features, encoder, fitSeconds: seconds }
  }

  return {
    async planTraining({ datasetId, settings: chosen }) {
      const { dataset, plan, features } = await planFor(datasetId, chosen)
      const { settings, trainableParameters } = plan
      return { settings, features, rows: dataset.rows, trainableParameters, phases: trainingPhases(plan) }
    },

    async estimateTraining({ datasetId, settings }) {
      const { dataset, plan, encoder, fitSeconds } = await planFor(datasetId, settings)
      // Measured beside a training both would be slow, and the estimate wrong.
      const running = jobs
        .list()
        .find(({ kind, status }) => (kind === 'training' || kind === 'scoring') && status.state === 'running')
      if (running)
        throw new Failure(
          'busy',
          `"${running.title}" is still running. Time and memory are measured once it has ended.`,
        )
      const engine = await context.engine()
      const { signal } = new AbortController()
      const table = openTable(database, dataset)
      const rank = async (scores: Float32Array) => suggestThresholds((await rankScores(scores)).sorted)
      return estimateTraining({ engine, plan, table, encoder, fitSeconds, rank, signal })
    },

    async startTraining({ datasetId, settings = {}, seeds }) {
      checkSettings(settings)
      checkCombinations(chosenSettings(settings), null)
      const release = claims.share(datasetId)
      const dataset = await readDataset(database, datasetId).catch((error) => {
        release()
        throw error
      })
      const tasks = (seeds ?? [chosenSettings(settings).seed]).map((seed) => ({
        runId: randomUUID(),
        settings: { ...settings, seed },
      }))
      const jobId = jobs.start({
        kind: 'training',
        title: `Train on ${dataset.name}`,
        ended: release,
        work: (job) => trainRuns(context, { dataset, tasks, job }),
      })
      return { jobId }
    },

    async resumeTraining({ runId }) {
      const run = runs.find(runId)
      if (run.scored !== null)
        throw new Failure(
          'bad-request',
          'This run was only scored; the training that it comes from has ended.',
        )
      if (run.state === 'complete')
        throw new Failure('bad-request', 'This training is complete; there is nothing left to go on with.')
      // Its files are replaced in the end: nobody may delete or export it meanwhile.
      const releaseRun = claims.own(runId)
      let releaseDataset: Release | undefined
      const release = () => {
        releaseRun()
        releaseDataset?.()
      }
      try {
        releaseDataset = claims.share(run.datasetId)
        const dataset = await readDataset(database, run.datasetId)
        const model = await runs.readModel(runId)
        const table = openTable(database, dataset)
        checkSameTable({ table, encoder: model.encoder, rows: model.rows })
        const resume = { model, curve: run.curve }
        const others = (run.seedsLeft ?? []).map((seed) => ({
          runId: randomUUID(),
          settings: { ...model.settings, seed },
        }))
        const tasks = [{ runId, settings: model.settings, before: { run, resume } }, ...others]
        const jobId = jobs.start({
          kind: 'training',
          title: `Go on training on ${dataset.name}`,
          ended: release,
          async work(job) {
            const ending = await trainRuns(context, { dataset, tasks, job })
            await judges.close(runId)
            return ending
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

interface Fitted {
  readonly encoder: Encoder
  /** What fitting it took. */
  readonly seconds: number
}

/**
 * The encoder of a data set as its columns are now. A person who changes settings asks for the plan again and
 * again: the last encoder is remembered.
 */
function rememberedEncoder({ database }: Context) {
  let last: { readonly key: string; readonly fitted: Promise<Fitted> } | undefined
  const fit = async (dataset: Dataset, softClip: boolean): Promise<Fitted> => {
    const started = performance.now()
    const { signal } = new AbortController()
    const encoder = await fitEncoder({ table: openTable(database, dataset), signal, softClip })
    return { encoder, seconds: (performance.now() - started) / 1000 }
  }
  return (dataset: Dataset, softClip: boolean): Promise<Fitted> => {
    const columns = dataset.columns.map(({ name, type, role }) => [name, type, role])
    const key = JSON.stringify([dataset.datasetId, softClip, columns])
    if (last?.key === key) return last.fitted
    const fitted = fit(dataset, softClip)
    last = { key, fitted }
    fitted.catch(() => {
      if (last?.fitted === fitted) last = undefined
    })
    return fitted
  }
}

/** A missing category is a category; a missing number or moment is a missing cell. */
const holdsMissing = ({ columns }: Dataset): boolean =>
  columns.some(({ role, type, missing }) => role === 'feature' && isNumeric(type) && missing > 0)
