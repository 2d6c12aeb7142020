import { randomUUID } from 'node:crypto'
import type { Api } from '../../contract/api.ts'
import { openTable } from '../../pipeline/dataset/openTable.ts'
import { readDataset } from '../../pipeline/dataset/store.ts'
import { featureCount } from '../../pipeline/features/encoder.ts'
import { fitEncoder } from '../../pipeline/features/fit.ts'
import { checkSettings } from '../../pipeline/model/checkSettings.ts'
import { planModel } from '../../pipeline/model/plan.ts'
import { type DetectProgress, detect } from '../../pipeline/run.ts'
import type { Context } from '../context.ts'
import type { JobHandle } from '../jobs.ts'

type TrainingCalls = Pick<Api, 'planTraining' | 'startTraining'>

/** Calls that plan and start a training. */
export function trainingCalls(context: Context): TrainingCalls {
  const { database, jobs, runs } = context
  return {
    async planTraining({ datasetId, settings: chosen }) {
      const table = openTable(database, await readDataset(database, datasetId))
      const encoder = await fitEncoder({ table, signal: new AbortController().signal })
      const features = featureCount(encoder)
      const { settings, trainableParameters } = planModel({
        settings: chosen,
        rows: table.rows,
        features,
        hasMissing: false,
      })
      return { settings, features, rows: table.rows, trainableParameters, phases: [] }
    },

    async startTraining({ datasetId, settings }) {
      checkSettings(settings ?? {})
      const release = context.claims.share(datasetId)
      const dataset = await readDataset(database, datasetId).catch((error) => {
        release()
        throw error
      })
      const jobId = jobs.start({
        kind: 'training',
        title: `Train on ${dataset.name}`,
        ended: release,
        async work({ report, signal }) {
          const engine = await context.engine()
          const outcome = await detect({
            table: openTable(database, dataset),
            settings,
            engine,
            signal,
            giveWay: context.quiet,
            onProgress: (progress) => report(jobProgress(progress)),
          })
          const runId = randomUUID()
          report({ phase: 'Saving' })
          await runs.save(
            {
              runId,
              datasetId,
              createdAt: new Date().toISOString(),
              state: outcome.complete ? 'complete' : 'partial',
              engine: engine.name,
              rows: dataset.rows,
              features: outcome.features,
              settings: outcome.model.settings,
              stepsDone: outcome.stepsDone,
              trainableParameters: outcome.trainableParameters,
              seconds: {
                train: outcome.seconds.features + outcome.seconds.train,
                score: outcome.seconds.score,
              },
              curve: outcome.curve,
              phases: [],
              bestStep: null,
              scored: null,
              threshold: outcome.threshold,
              suggestions: outcome.suggestions,
            },
            outcome.model,
            { scores: outcome.sorted, rows: outcome.order },
          )
          context.projectChanged()
          return { result: { kind: 'training', runId, runIds: [runId] }, stoppedEarly: !outcome.complete }
        },
      })
      return { jobId }
    },
  }
}

// Shares of the whole job's time, roughly: what matters is that the bar moves steadily and never backwards.
const featuresEnd = 0.1
const trainingEnd = 0.9

function jobProgress(progress: DetectProgress): Parameters<JobHandle['report']>[0] {
  if (progress.phase === 'features') {
    return { phase: 'Preparing features', progress: progress.share * featuresEnd }
  }
  if (progress.phase === 'scoring') {
    return { phase: 'Scoring rows', progress: trainingEnd + progress.share * (1 - trainingEnd) }
  }
  const share = progress.step / progress.steps
  return {
    phase: 'Training',
    progress: featuresEnd + share * (trainingEnd - featuresEnd),
    ...(progress.point ? { point: progress.point } : {}),
  }
}
