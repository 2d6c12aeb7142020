import { resolve } from 'node:path'
import { Failure } from '../../contract/failure.ts'
import type {
  Dataset,
  Evaluation,
  Metrics,
  RankedPage,
  RunSummary,
  ScoreOrder,
  Threshold,
} from '../../contract/records.ts'
import type { ResultArguments } from './arguments.ts'
import { metricsOf } from './metrics.ts'
import { chosenOutputs, formatOf } from './outputs.ts'
import { sameFile } from './sameFile.ts'
import type { Session } from './session.ts'
import type { ThresholdArgument } from './threshold.ts'
import { UsageError } from './usageError.ts'
import { refuseUnwritable } from './writable.ts'

/** A run at the threshold that was asked for. */
export interface RunResult {
  readonly run: RunSummary
  readonly threshold: Threshold
  readonly evaluation: Evaluation | null
  readonly scores: ScoreOrder
  /** At the threshold; null without labels. */
  readonly metrics: Metrics | null
}

/** Runs as reported: the first in detail. */
export interface Results extends RunResult {
  readonly top: RankedPage
  readonly written: readonly string[]
  /** Every run of the request, the first among them. */
  readonly runs: readonly RunResult[]
}

const targetsOf = ({ out, scores, model }: ResultArguments) =>
  (
    [
      ['--out', out],
      ['--scores', scores],
      ['--model', model],
    ] as const
  ).flatMap(([option, target]) => (target === undefined ? [] : [{ option, target }]))

/**
 * What is read must not be written over, and two results cannot share a file. Throws before any long work: a
 * UsageError, or a Failure for a file that cannot be written.
 */
export async function refuseTargets(file: string | null, given: ResultArguments): Promise<void> {
  const targets = targetsOf(given)
  for (const [index, { option, target }] of targets.entries()) {
    if (file !== null && (await sameFile(file, target)))
      throw new UsageError(`${option} ${target} is the input file itself. Name another file to write.`)
    for (const other of targets.slice(index + 1)) {
      if (await sameFile(target, other.target))
        throw new UsageError(`${option} and ${other.option} name the same file, ${target}. Name two files.`)
    }
  }
  for (const { option, target } of targets) await refuseUnwritable(option, target)
}

/** Applies the threshold to runs and writes what was asked for of the first. */
export async function collectResults(
  { api, finish }: Session,
  runIds: readonly string[],
  given: ResultArguments,
): Promise<Results> {
  const runs: RunResult[] = []
  for (const runId of runIds) {
    const run = await api.readRun({ runId })
    const threshold =
      given.threshold === undefined
        ? run.threshold
        : await api.setThreshold({ runId, ...completeThreshold(given.threshold, run) })
    const evaluation = await api.readEvaluation({ runId })
    const scores = await api.readScores({ runId })
    runs.push({ run, threshold, evaluation, scores, metrics: metricsOf({ evaluation, scores, threshold }) })
  }
  const [first] = runs
  if (first === undefined) throw new TypeError('A training ended without a run.')
  const { runId, rows: rowCount } = first.run
  const written: string[] = []
  const columns = chosenOutputs(await datasetOf(api, first.run), given.columns)
  for (const [rows, target] of [
    ['flagged', given.out],
    ['all', given.scores],
  ] as const) {
    if (target === undefined) continue
    const started = await api.startExport({
      runId,
      rows,
      codes: given.codes,
      format: formatOf(target),
      ...(columns === undefined ? {} : { columns }),
      neutraliseFormulas: true,
      path: resolve(target),
    })
    written.push((await finish('export', started)).file.path)
  }
  if (given.model !== undefined) {
    const path = resolve(given.model)
    const started = await api.startModelExport({ runId, format: 'onnx', path })
    written.push((await finish('export', started)).file.path)
  }
  const top = await api.readRankedRows({ runId, from: 0, to: Math.min(10, rowCount) })
  return { ...first, top, written, runs }
}

/** @throws TypeError when the run's data set is gone */
export async function datasetOf(
  api: Session['api'],
  { datasetId }: Pick<RunSummary, 'datasetId'>,
): Promise<Dataset> {
  const dataset = (await api.readProject({})).datasets.find((one) => one.datasetId === datasetId)
  if (dataset === undefined) throw new TypeError('The data set is not in the project.')
  return dataset
}

/** A rule without its number takes the one that the run suggests for it. */
function completeThreshold({ rule, value }: ThresholdArgument, run: RunSummary): ThresholdArgument {
  if (value !== null || rule === 'otsu') return { rule, value }
  const suggested = run.suggestions.find((one) => one.rule === rule)
  if (suggested === undefined)
    throw new Failure('bad-request', `--threshold ${rule} needs its number here, as in ${rule}:3.`)
  return { rule, value: suggested.value }
}
