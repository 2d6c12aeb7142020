import { randomUUID } from 'node:crypto'
import type { Api } from '../../contract/api.ts'
import type { Dataset } from '../../contract/records.ts'
import { openTable } from '../../pipeline/dataset/openTable.ts'
import { deleteDataset, readDataset } from '../../pipeline/dataset/store.ts'
import { alignColumns } from '../../pipeline/scoring/align.ts'
import { rankScores } from '../../pipeline/scoring/rank.ts'
import { type ScoredTable, scoreTable } from '../../pipeline/scoring/scoreTable.ts'
import { suggestThresholds } from '../../pipeline/threshold/suggest.ts'
import type { Context } from '../context.ts'
import type { JobHandle } from '../jobs.ts'
import { importForModel } from '../scoring/importForModel.ts'
import { type ScoringModel, takeModel } from '../scoring/scoringModel.ts'
import type { StoredRun } from '../store/storedRun.ts'

type ScoringCalls = Pick<Api, 'openModel' | 'deleteModel' | 'startScoring'>
type Data = Parameters<Api['startScoring']>[0]['data']

/** Calls about models from files, and about scoring rows with a model that exists. */
export function scoringCalls(context: Context): ScoringCalls {
  const { claims, database, jobs, models, uploads } = context

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
          const model = await takeModel(context, which, job.signal)
          const found = await given.dataset(model, job)
          try {
            const runId = await scoreDataset(context, { model, job, ...found })
            context.projectChanged()
            return { result: { kind: 'scoring', runId } }
          } catch (error) {
            // Rows that were brought only to be scored go again.
            if (found.isNew) await deleteDataset(database, found.dataset.datasetId, context.folder.sources)
            throw error
          }
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
  const model =
    'runId' in which ? [which.runId, runs.find(which.runId).datasetId] : [models.find(which.modelId).modelId]
  return 'datasetId' in data ? [...model, data.datasetId] : model
}

/** A data set to be scored. */
interface Found {
  readonly dataset: Dataset
  /** Whether it was imported for this. */
  readonly isNew: boolean
  /** Cells of imported columns that did not fit the types that the model wants. */
  readonly misfits: Awaited<ReturnType<typeof importForModel>>['misfits']
}

/** What is to be scored: named at once, there when the job asks for it. */
async function prepared(
  context: Context,
  data: Data,
): Promise<{ name: string; dataset(model: ScoringModel, job: JobHandle): Promise<Found> }> {
  if ('datasetId' in data) {
    const dataset = await readDataset(context.database, data.datasetId)
    return { name: dataset.name, dataset: async () => ({ dataset, isNew: false, misfits: [] }) }
  }
  const { path, fileName } = await context.uploads.resolve(data.source)
  return {
    name: fileName,
    async dataset({ model }, { report, signal }) {
      const { dataset, misfits } = await importForModel(context, {
        encoder: model.encoder,
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
      return { dataset, isNew: true, misfits }
    },
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
  report({ phase: 'Saving' })
  const { order, sorted } = rankScores(scored.scores)
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
      differences: differencesOf(scored, misfits),
      drift: scored.drift,
    },
    threshold: { rule: 'manual', value: cut, cut, flagged: scored.flagged },
    suggestions: suggestThresholds(sorted),
  }
  await context.runs.save(run, { model, ranked: { scores: sorted, rows: order }, reference })
  return run.runId
}

/** What the import could not read as the model wants, beside what the aligner met. */
function differencesOf({ differences }: ScoredTable, misfits: Found['misfits']) {
  const known = new Set(
    differences.filter(({ kind }) => kind === 'retyped-column').map(({ column }) => column),
  )
  const imported = misfits.filter(({ column }) => !known.has(column))
  const rest = differences.filter(({ kind }) => kind === 'unseen-categories')
  return [...differences.filter(({ kind }) => kind !== 'unseen-categories'), ...imported, ...rest]
}
