import { randomUUID } from 'node:crypto'
import type { Api } from '../../contract/api.ts'
import { openTable, readDataset } from '../../pipeline/dataset/datasets.ts'
import { featureCount, fitEncoder, hasMissing } from '../../pipeline/features/encoder.ts'
import { planModel } from '../../pipeline/model/plan.ts'
import { detect } from '../../pipeline/run.ts'
import type { Context } from '../context.ts'

type TrainingCalls = Pick<Api, 'planTraining' | 'startTraining'>

/** Calls that plan and start a training. */
export function trainingCalls(context: Context): TrainingCalls {
  const { database, jobs, runs } = context
  return {
    async planTraining({ datasetId }) {
      const table = openTable(database, await readDataset(database, datasetId))
      const encoder = await fitEncoder({ table })
      const features = featureCount(encoder)
      const { settings, trainableParameters } = planModel({
        rows: table.rows,
        features,
        hasMissing: hasMissing(encoder),
      })
      return { settings, features, rows: table.rows, trainableParameters }
    },

    async startTraining({ datasetId, settings }) {
      const dataset = await readDataset(database, datasetId)
      const jobId = jobs.start({
        kind: 'training',
        title: `Train on ${dataset.name}`,
        async work({ report, signal }) {
          const engine = await context.engine()
          const outcome = await detect({
            table: openTable(database, dataset),
            settings,
            engine,
            signal,
            onProgress: report,
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
              settings: outcome.settings,
              stepsDone: outcome.stepsDone,
              trainableParameters: outcome.trainableParameters,
              seconds: outcome.seconds,
              curve: outcome.curve,
              threshold: outcome.threshold,
              suggestions: outcome.suggestions,
            },
            outcome.model,
            { scores: outcome.sorted, rows: outcome.order },
          )
          context.projectChanged()
          return { result: { kind: 'training', runId }, stoppedEarly: !outcome.complete }
        },
      })
      return { jobId }
    },
  }
}
