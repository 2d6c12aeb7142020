import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Api } from '../../contract/api.ts'
import { Failure } from '../../contract/failure.ts'
import type {
  Evaluation,
  JobResult,
  RankedPage,
  RunSummary,
  ScoreOrder,
  Threshold,
} from '../../contract/records.ts'
import type { Announce } from '../../contract/wire/serve.ts'
import { existingFile } from '../existingFile.ts'
import type { DetectArguments, ThresholdArgument } from './arguments.ts'
import { chosenColumns, leftOut } from './columns.ts'
import { importRemarks } from './importRemarks.ts'
import { createJobs, createProgress } from './jobs.ts'
import { sameFile } from './sameFile.ts'
import { UsageError } from './usageError.ts'
import { printable } from './words.ts'
import { refuseUnwritable } from './writable.ts'

/** What createWorkbench is asked for, so that a test can put something else in its place. */
export type OpenWorkbench = (options: {
  folder: string
  samplesFolder: string
  engine?: string
  announce: Announce
}) => Promise<{ api: Api; close(): Promise<void> }>

/** All that a detection found, for the printed report and for JSON. */
export interface Detection {
  readonly file: string
  readonly columns: number
  /** Lines of the file that are not among the rows. */
  readonly setAside: number
  /** Columns that the model was not trained on, and why. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[]
  readonly importSeconds: number
  readonly run: RunSummary
  readonly threshold: Threshold
  readonly evaluation: Evaluation | null
  readonly scores: ScoreOrder
  readonly top: RankedPage
  readonly written: readonly string[]
}

/**
 * Imports, trains, scores and exports, in this process. Without a project it works in a temporary folder
 * that is gone afterwards, whatever happens. Throws a Failure, a UsageError when one file is
 * named for two things, or an AbortError when the signal fires.
 */
export async function detect(
  given: DetectArguments,
  context: {
    readonly open: OpenWorkbench
    readonly samplesFolder: string
    readonly progress: NodeJS.WritableStream
    readonly signal: AbortSignal
    /** Told the temporary folder, where there is one, so that someone else can remove it after a crash. */
    readonly temporaryFolder?: (folder: string) => void
  },
): Promise<Detection> {
  const path = await existingFile(given.file)
  await refuseSharedFiles(path, given)
  await refuseUnwritable('--out', given.out)
  await refuseUnwritable('--scores', given.scores)
  const temporary = given.project === undefined ? await mkdtemp(join(tmpdir(), 'residual-')) : null
  if (temporary !== null) context.temporaryFolder?.(temporary)
  const progress = createProgress(context.progress)
  const jobs = createJobs((job) => progress.show(job))
  try {
    const workbench = await context.open({
      folder: temporary ?? resolve(given.project ?? '.'),
      samplesFolder: context.samplesFolder,
      ...(given.engine === undefined ? {} : { engine: given.engine }),
      announce: (event, ...payload) => {
        const [job] = payload
        if (event === 'jobChanged' && job !== undefined && 'jobId' in job) jobs.changed(job)
      },
    })
    try {
      const finish = (started: { jobId: string }) => jobs.result(workbench.api, started.jobId, context.signal)
      const say = (line: string) => {
        progress.clear()
        context.progress.write(`${printable(line)}\n`)
      }
      const found = await detectWith(workbench.api, finish, say, { ...given, file: path })
      if (given.label !== undefined && found.evaluation === null)
        say(
          `residual: "${given.label}" does not have exactly two values, so the scores were not compared with it.`,
        )
      return found
    } finally {
      await workbench.close()
    }
  } finally {
    progress.clear()
    if (temporary !== null) await rm(temporary, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** What is read must not be written over, and two results cannot share a file. */
async function refuseSharedFiles(file: string, { out, scores }: DetectArguments): Promise<void> {
  for (const [option, target] of [
    ['--out', out],
    ['--scores', scores],
  ] as const) {
    if (target !== undefined && (await sameFile(file, target)))
      throw new UsageError(`${option} ${target} is the input file itself. Name another file to write.`)
  }
  if (out !== undefined && scores !== undefined && (await sameFile(out, scores)))
    throw new UsageError(`--out and --scores name the same file, ${out}. Name two files.`)
}

async function detectWith(
  api: Api,
  finish: (started: { jobId: string }) => Promise<JobResult>,
  say: (line: string) => void,
  given: DetectArguments,
): Promise<Detection> {
  const importedFrom = performance.now()
  const imported = await finish(await api.startImport({ source: { kind: 'path', path: given.file } }))
  const importSeconds = (performance.now() - importedFrom) / 1000
  if (imported.kind !== 'import') throw new TypeError('An import ended as something else.')
  const { datasetId } = imported
  const dataset = (await api.readProject({})).datasets.find((one) => one.datasetId === datasetId)
  if (dataset === undefined) throw new TypeError('The imported data set is not in the project.')

  for (const line of await importRemarks(api, dataset)) say(line)

  const chosen = chosenColumns(dataset, given)
  const { columns } =
    Object.keys(chosen).length > 0 ? await api.updateColumns({ datasetId, columns: chosen }) : dataset

  const settings = given.seed === undefined ? {} : { settings: { seed: given.seed } }
  const trained = await finish(await api.startTraining({ datasetId, ...settings }))
  if (trained.kind !== 'training') throw new TypeError('A training ended as something else.')
  const { runId } = trained
  const run = await api.readRun({ runId })
  const threshold =
    given.threshold === undefined
      ? run.threshold
      : await api.setThreshold({ runId, ...completeThreshold(given.threshold, run) })

  const written: string[] = []
  for (const [rows, target] of [
    ['flagged', given.out],
    ['all', given.scores],
  ] as const) {
    if (target === undefined) continue
    const exported = await finish(
      await api.startExport({ runId, rows, neutraliseFormulas: true, path: resolve(target) }),
    )
    if (exported.kind === 'export') written.push(exported.file.path)
  }
  return {
    file: given.file,
    columns: columns.length,
    setAside: dataset.quarantined,
    leftOut: leftOut(columns, chosen),
    importSeconds,
    run,
    threshold,
    evaluation: await api.readEvaluation({ runId }),
    scores: await api.readScores({ runId }),
    top: await api.readRankedRows({ runId, from: 0, to: Math.min(10, run.rows) }),
    written,
  }
}

/** A rule without its number takes the one that the run suggests for it. */
function completeThreshold({ rule, value }: ThresholdArgument, run: RunSummary): ThresholdArgument {
  if (value !== null || rule === 'otsu') return { rule, value }
  const suggested = run.suggestions.find((one) => one.rule === rule)
  if (suggested === undefined)
    throw new Failure('bad-request', `--threshold ${rule} needs its number here, as in ${rule}:3.`)
  return { rule, value: suggested.value }
}
