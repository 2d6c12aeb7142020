import type { Api, EventName, Events } from '../contract/api.ts'
import { Failure } from '../contract/failure.ts'
import { type EngineName, engineStatuses, openEngine } from '../engine/engines.ts'
import { openDatabase } from '../pipeline/dataset/database.ts'
import { cleanLeftovers, listDatasets } from '../pipeline/dataset/store.ts'
import { columnCalls } from './calls/columns.ts'
import { exportCalls } from './calls/exporting.ts'
import { fileScoringCalls } from './calls/fileScoring.ts'
import { latentCalls } from './calls/latent.ts'
import { modelExportCalls } from './calls/modelExport.ts'
import { resultCalls, summarise } from './calls/results.ts'
import { scoringCalls } from './calls/scoring.ts'
import { tableCalls } from './calls/tables.ts'
import { trainingCalls } from './calls/trainings.ts'
import { viewCalls } from './calls/views.ts'
import { createClaims } from './claims.ts'
import type { Context } from './context.ts'
import { openEdits } from './edits.ts'
import { createJobs } from './jobs.ts'
import { createJudges } from './judges.ts'
import { keptUnlessFailed } from './keptUnlessFailed.ts'
import { migrateProject } from './project/migrations.ts'
import { createSamples } from './samples.ts'
import { clearLeftovers, openProjectFolder } from './store/folder.ts'
import { openModelStore } from './store/models.ts'
import { openRunStore } from './store/runs.ts'
import { createUploads } from './store/uploads.ts'
import { createTraffic } from './traffic.ts'

export interface WorkbenchOptions {
  /** The project's folder; made when it does not exist. */
  readonly folder: string
  /** Where the sample data sets that ship with Residual lie. */
  readonly samplesFolder: string
  /** Name of the numeric engine; onnx when left out. */
  readonly engine?: string | undefined
  /** Threads for each computation; as measured when left out. */
  readonly threads?: number | undefined
  /** Where given, the reference engine takes over what the chosen one cannot run, and this is told why. */
  readonly fallBack?: ((failure: Failure) => void) | undefined
  /** How often a long training saves what it has reached; half a minute when left out. */
  readonly checkpointMilliseconds?: number | undefined
  readonly announce: <E extends EventName>(event: E, ...payload: Parameters<Events[E]>) => void
}

export interface Workbench {
  readonly api: Api
  close(): Promise<void>
}

/**
 * Opens a project and answers every call of the contract: the only place that joins the pipeline's stages.
 * @throws Failure `busy` when another process has the project open, `disk` when the folder cannot be used,
 * `unreadable-file` for a project of a newer Residual, `bad-request` for an engine that does not exist
 */
export async function createWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const engineName = checkedEngine(options.engine ?? 'onnx')
  const folder = await openProjectFolder(options.folder)
  const database = await openDatabase({ file: folder.database, temporaryFolder: folder.temporary })
  try {
    await migrateProject(database, folder.name)
    const runs = await openRunStore(folder.runs)
    await clearLeftovers(folder)
    await cleanLeftovers(database, folder.sources)
    const models = await openModelStore(folder.models)
    const { folder: _, engine: _engine, ...rest } = options
    const claims = createClaims()
    const edits = await openEdits({ database, runs, claims })
    return joinParts({ ...rest, engineName, folder, database, runs, models, claims, edits })
  } catch (error) {
    // Or the next try would find the project held by this very process.
    await database.close()
    throw error
  }
}

type Parts = Omit<WorkbenchOptions, 'folder' | 'engine'> &
  Pick<Context, 'folder' | 'database' | 'runs' | 'models' | 'claims' | 'edits'> & {
    readonly engineName: EngineName
  }

function joinParts(parts: Parts): Workbench {
  const { announce, samplesFolder, engineName, folder, database, runs, models, threads, fallBack } = parts
  const engine = keptUnlessFailed(() => openEngine(engineName, { threads, fallBack }))
  const traffic = createTraffic()
  const context: Context = {
    folder,
    samples: createSamples(samplesFolder),
    database,
    runs,
    models,
    uploads: createUploads(folder.temporary),
    jobs: createJobs((job) => announce('jobChanged', job)),
    claims: parts.claims,
    edits: parts.edits,
    judges: createJudges(runs, engine),
    engine,
    quiet: traffic.quiet,
    checkpointMilliseconds: parts.checkpointMilliseconds,
    projectChanged: () => announce('projectChanged'),
  }

  const latent = latentCalls(context)
  const views = viewCalls(context)

  const api: Api = {
    async readProject() {
      const datasets = await listDatasets(database)
      const byId = new Map(datasets.map((dataset) => [dataset.datasetId, dataset]))
      const engines = (await engineStatuses()).sort(
        // The one in use first: so the window knows it.
        (one, other) => Number(other.name === engineName) - Number(one.name === engineName),
      )
      const samples = await context.samples.list()
      const waiting = await context.edits.waiting()
      // Jobs and runs are read last, with nothing awaited after them: an older answer would undo an ending.
      return {
        name: folder.name,
        folder: folder.root,
        datasets,
        runs: runs.list().map((run) => summarise(run, byId.get(run.datasetId))),
        models: models.list(),
        jobs: context.jobs.list(),
        ...waiting,
        warnings: [...runs.warnings, ...models.warnings],
        engines,
        samples: samples.map(({ sampleId, title, description }) => ({ sampleId, title, description })),
      }
    },
    ...tableCalls(context),
    ...columnCalls(context),
    ...trainingCalls(context),
    ...resultCalls(context),
    ...exportCalls(context),
    ...scoringCalls(context),
    ...fileScoringCalls(context),
    ...modelExportCalls(context),
    ...latent.calls,
    ...views.calls,
    async cancelJob({ jobId }) {
      context.jobs.cancel(jobId)
      return {}
    },
    async listJobs() {
      return context.jobs.list()
    },
  }

  return {
    api: traffic.counted(api),
    async close() {
      await context.jobs.close()
      await views.close()
      await latent.close()
      await context.judges.closeAll()
      await context.uploads.endAll()
      await database.close()
    },
  }
}

const engineNames: readonly EngineName[] = ['onnx', 'tensorflow', 'reference']

function checkedEngine(name: string): EngineName {
  const known = engineNames.find((one) => one === name)
  if (known === undefined) {
    throw new Failure(
      'bad-request',
      `There is no engine "${name}". Choose one of: ${engineNames.join(', ')}.`,
    )
  }
  return known
}
