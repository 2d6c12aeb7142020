import { randomUUID } from 'node:crypto'
import type { Api } from '../../contract/api.ts'
import type { Dataset, SchemaDifference } from '../../contract/records.ts'
import { openTable } from '../../pipeline/dataset/openTable.ts'
import { deleteDataset, listDatasets, readDataset } from '../../pipeline/dataset/store.ts'
import { alignColumns } from '../../pipeline/scoring/align.ts'
import { type ScoredTable, scoreTable } from '../../pipeline/scoring/scoreTable.ts'
import { suggestThresholds } from '../../pipeline/threshold/suggest.ts'
import type { Release } from '../claims.ts'
import type { Context } from '../context.ts'
import { type JobHandle, whileReporting } from '../jobs.ts'
import { trainingOf } from '../reference.ts'
import { importForModel } from '../scoring/importForModel.ts'
import { type ScoringModel, takeModel } from '../scoring/scoringModel.ts'
import type { StoredRun } from '../store/storedRun.ts'

type ScoringCalls = Pick<Api, 'openModel' | 'deleteModel' | 'startScoring'>
type Data = Parameters<Api['startScoring']>[0]['data']

/** Calls about models from files, and about scoring rows with a model that exists. */
export function scoringCalls(context: Context): ScoringCalls {
  const { claims, jobs, models, uploads } = context

  return {
    async openModel({ source }) {
      const { path, fileName } = await uploads.resolve(source)
      const summary = await models.add(path, fileName)
      if (source.kind === 'upload') await uploads.end(source.uploadId).catch(() => undefined)
      context.projectChanged()
      return summary
    },

    async deleteModel({ modelId }) {
      const release = claims.own(modelId)
      try {
        await models.delete(modelId)
      } finally {
        release()
      }
      context.projectChanged()
      return {}
    },

    async startScoring({ model: which, data }) {
      const release = claims.share(...claimsOf(context, which, data))
      const given = await prepared(context, data).catch((error) => {
        release()
        throw error
      })
      const jobId = jobs.start({
        kind: 'scoring',
        title: `Score ${given.name}`,
        ended: release,
        async work(job) {
          const model = await takeModel(context, which, job)
          const runId = await given.withDataset(model, job, (found) =>
            scoreDataset(context, { model, job, ...found }),
          )
          context.projectChanged()
          return { result: { kind: 'scoring', runId } }
        },
      })
      return { jobId }
    },
  }
}

function claimsOf(
  { runs, models }: Context,
  which: Parameters<Api['startScoring']>[0]['model'],
  data: Data,
): string[] {
  const scored = 'datasetId' in data ? [data.datasetId] : []
  if ('modelId' in which) return [models.find(which.modelId).modelId, ...scored]
  const run = runs.find(which.runId)
  const trained = trainingOf({ runs }, run)
  return [run, ...(trained ? [trained] : [])].flatMap((one) => [one.runId, one.datasetId]).concat(scored)
}

/** A data set to be scored. */
interface Found {
  readonly dataset: Dataset
  /** Whether it was imported for this. */
  readonly isNew: boolean
  /** Cells of imported columns that did not fit the types that the model wants. */
  readonly misfits: Awaited<ReturnType<typeof importForModel>>['misfits']
}

/** What is to be scored: named at once, lent to the job once it is there. */
interface Prepared {
  readonly name: string
  withDataset<Result>(
    model: ScoringModel,
    job: JobHandle,
    action: (found: Found) => Promise<Result>,
  ): Promise<Result>
}

async function prepared(context: Context, data: Data): Promise<Prepared> {
  if ('datasetId' in data) {
    const dataset = await readDataset(context.database, data.datasetId)
    return {
      name: dataset.name,
      withDataset: (_model, _job, action) => action({ dataset, isNew: false, misfits: [] }),
    }
  }
  const { path, fileName } = await context.uploads.resolve(data.source)
  return {
    name: fileName,
    async withDataset({ model }, { report, signal }, action) {
      const datasetId = randomUUID()
      // Anyone sees it once it is imported: nobody may delete it before it is scored.
      const release = context.claims.share(datasetId)
      try {
        const { dataset, misfits } = await importForModel(context, {
          encoder: model.encoder,
          datasetId,
          path,
          fileName,
          dialect: data.dialect,
          signal,
          onProgress: (phase, progress) =>
            report({ phase, progress: progress === null ? null : progress * importShare }),
        })
        if (data.source.kind === 'upload')
          await context.uploads.end(data.source.uploadId).catch(() => undefined)
        context.projectChanged()
        return await action({ dataset, isNew: true, misfits })
      } catch (error) {
        release()
        await forgetUnused(context, datasetId)
        throw error
      } finally {
        release()
      }
    },
  }
}

/** Rows that were brought only to be scored go again, unless somebody has found another use for them. */
async function forgetUnused(context: Context, datasetId: string): Promise<void> {
  const { claims, database, folder, runs } = context
  let release: Release
  try {
    release = claims.own(datasetId)
  } catch {
    return
  }
  try {
    if (runs.list().some((run) => run.datasetId === datasetId)) return
    const datasets = await listDatasets(database)
    if (!datasets.some((dataset) => dataset.datasetId === datasetId)) return
    await deleteDataset(database, datasetId, folder.sources)
    context.projectChanged()
  } finally {
    release()
  }
}

/** Share of the job's progress that importing takes, where it is a part of it. */
const importShare = 0.5

async function scoreDataset(
  context: Context,
  input: Found & { readonly model: ScoringModel; readonly job: JobHandle },
): Promise<string> {
  const { dataset, model: scoring, job, isNew, misfits } = input
  const { model, reference, cut, known } = scoring
  const { report, signal } = job
  const engine = await context.engine()
  const started = performance.now()
  const begun = isNew ? importShare : 0
  const { encoder } = model
  const { columns, dialect } = dataset
  const scored = await scoreTable({
    engine,
    model,
    table: openTable(context.database, dataset),
    alignment: alignColumns({ encoder, columns, decimalMark: dialect.decimalMark, known }),
    reference,
    cut,
    signal,
    giveWay: context.quiet,
    onProgress: (share) => report({ phase: 'Scoring rows', progress: begun + share * (1 - begun) }),
  })
  signal.throwIfAborted()
  const { order, sorted } = scored
  const run: StoredRun = {
    runId: randomUUID(),
    datasetId: dataset.datasetId,
    createdAt: new Date().toISOString(),
    state: 'complete',
    engine: engine.name,
    rows: dataset.rows,
    features: model.spec.features,
    settings: model.settings,
    stepsDone: model.state.step,
    trainableParameters: model.state.weights.length,
    seconds: { train: 0, score: (performance.now() - started) / 1000 },
    curve: [],
    phases: [],
    bestStep: null,
    scored: {
      modelName: scoring.name,
      runId: scoring.runId,
      modelId: scoring.modelId,
      cut,
      differences: differencesOf(scored, misfits),
      drift: scored.drift,
    },
    threshold: { rule: 'manual', value: cut, cut, flagged: scored.flagged },
    suggestions: await suggestThresholds(sorted),
  }
  const parts = { model, ranked: { scores: sorted, rows: order }, reference }
  await whileReporting(job, 'Saving', context.runs.save(run, parts))
  return run.runId
}

/** What the import could not read as the model wants, beside what the aligner met. */
function differencesOf({ differences }: ScoredTable, misfits: Found['misfits']) {
  const known = new Set(
    differences.filter(({ kind }) => kind === 'retyped-column').map(({ column }) => column),
  )
  const imported = misfits.filter(({ column }) => !known.has(column))
  const isOfValues = ({ kind }: SchemaDifference) =>
    kind === 'unseen-categories' || kind === 'unlisted-categories'
  const rest = differences.filter(isOfValues)
  return [...differences.filter((one) => !isOfValues(one)), ...imported, ...rest]
}
