import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../contract/failure.ts'
import type { RunSummary } from '../../contract/records.ts'
import { existingFile } from '../existingFile.ts'
import type { DetectArguments, ResumeArguments } from './arguments.ts'
import { chosenColumns, leftOut } from './columns.ts'
import { healthRemarks } from './healthRemarks.ts'
import { importRemarks } from './importRemarks.ts'
import { Interrupted } from './jobs.ts'
import { collectResults, datasetOf, type Results, refuseTargets } from './results.ts'
import { type CommandContext, type Session, withWorkbench } from './session.ts'
import { counted, quoted } from './words.ts'

/** All that a detection found, for the printed report and for JSON. */
export interface Detection extends Results {
  /** What was trained on: a file, or a data set of a project. */
  readonly file: string
  readonly columns: number
  /** Lines of the file that are not among the rows. */
  readonly setAside: number
  /** Columns that the model was not trained on, and why. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[]
  /** Null where nothing was imported. */
  readonly importSeconds: number | null
  /** The project that keeps the run; null where it is gone. */
  readonly project: string | null
}

/**
 * Imports, trains, scores and exports, in this process. Throws a Failure, a UsageError when one file is named for
 * two things, or Interrupted when the signal fires.
 */
export async function detect(given: DetectArguments, context: CommandContext): Promise<Detection> {
  const file = await existingFile(given.file)
  await refuseTargets(file, given)
  return withWorkbench(given, context, async (session) => {
    const found = await detectWith(session, { ...given, file })
    if (given.label !== undefined && found.evaluation === null)
      session.say(
        `residual: "${given.label}" does not have exactly two values, so the scores were not compared with it.`,
      )
    return found
  })
}

async function detectWith(session: Session, given: DetectArguments): Promise<Detection> {
  const { api, finish, say } = session
  const importedFrom = performance.now()
  const started = await api.startImport({ source: { kind: 'path', path: given.file } })
  const { datasetId } = await finish('import', started)
  const importSeconds = (performance.now() - importedFrom) / 1000
  const dataset = await datasetOf(session.api, { datasetId })
  for (const line of await importRemarks(api, dataset)) say(line)

  const chosen = chosenColumns(dataset, given)
  const { columns } =
    Object.keys(chosen).length > 0 ? await api.updateColumns({ datasetId, columns: chosen }) : dataset
  for (const line of await healthRemarks(api, datasetId)) say(line)

  const { settings, seeds } = given
  const training = await api.startTraining({
    datasetId,
    ...(Object.keys(settings).length > 0 ? { settings } : {}),
    ...(seeds === undefined ? {} : { seeds }),
  })
  const runIds = await trained(session, training, given.project)
  return {
    file: given.file,
    columns: columns.length,
    setAside: dataset.quarantined,
    leftOut: leftOut(columns, chosen),
    importSeconds,
    project: given.project ?? null,
    ...(await collectResults(session, runIds, given)),
  }
}

/** Goes on with a partial run of a project, and reports it like a detection. Throws as `detect` does. */
export async function resume(given: ResumeArguments, context: CommandContext): Promise<Detection> {
  await refuseTargets(null, given)
  // Opening a folder makes a project of it.
  await access(join(given.project, 'project.duckdb')).catch(() => {
    throw new Failure('not-found', `${given.project} is not a project of Residual. Check the name.`)
  })
  return withWorkbench(given, context, async (session) => {
    const runId = given.run ?? (await newestPartial(session))
    const { datasetId } = await session.api.readRun({ runId })
    const dataset = await datasetOf(session.api, { datasetId })
    const runIds = await trained(session, await session.api.resumeTraining({ runId }), given.project)
    return {
      file: dataset.name,
      columns: dataset.columns.length,
      setAside: dataset.quarantined,
      leftOut: leftOut(dataset.columns, {}),
      importSeconds: null,
      project: given.project,
      ...(await collectResults(session, runIds, given)),
    }
  })
}

/** The runs of a training. Where it is interrupted and a project keeps what was reached, says how to go on. */
async function trained(
  session: Session,
  started: { jobId: string },
  project: string | undefined,
): Promise<readonly string[]> {
  try {
    return (await session.finish('training', started)).runIds
  } catch (thrown) {
    if (thrown instanceof Interrupted && thrown.kept?.kind === 'training' && project !== undefined) {
      const runId = thrown.kept.runIds.at(-1) ?? thrown.kept.runId
      const { state, stepsDone, settings } = await session.api.readRun({ runId })
      const { seedsLeft = [] } = thrown.kept
      const isPartial = state === 'partial'
      if (seedsLeft.length > 0)
        session.say(
          `residual: ${isPartial ? `paused in seed ${settings.seed}; ` : ''}not trained: seed ${seedsLeft.join(', ')}.${isPartial ? ' Resumed, they follow.' : ` Train them with --seeds ${seedsLeft.join(',')}.`}`,
        )
      if (isPartial) {
        session.say(
          `residual: stopped after ${stepsDone} of ${counted(settings.steps, 'step')}. To go on: residual resume --project ${quoted(project)} --run ${runId}`,
        )
      }
    }
    // Seeds that ended well before another failed are worth their report; without a project it is all there is.
    const finished = thrown instanceof Failure ? thrown.details.finishedRuns : undefined
    if (!(thrown instanceof Failure) || typeof finished !== 'string') throw thrown
    session.say(`residual: ${thrown.message}`)
    process.exitCode = 1
    return finished.split(' ')
  }
}

async function newestPartial({ api }: Session): Promise<string> {
  const { runs } = await api.readProject({})
  const partial = runs.find((run: RunSummary) => run.state === 'partial' && run.scored === null)
  if (partial === undefined)
    throw new Failure('not-found', 'No training of this project was interrupted, so there is none to resume.')
  return partial.runId
}
