import { Failure, toWireFailure } from '../../contract/failure.ts'
import type { Dataset, TrainingSettings } from '../../contract/records.ts'
import type { Engine } from '../../engine/engine.ts'
import { openTable } from '../../pipeline/dataset/openTable.ts'
import type { PreparedTable } from '../../pipeline/features/prepare.ts'
import { trainingPhases } from '../../pipeline/model/phases.ts'
import { type Detection, type DetectProgress, detect, prepareTable } from '../../pipeline/run.ts'
import type { Unfinished } from '../../pipeline/training/train.ts'
import type { Context } from '../context.ts'
import { type JobEnding, type JobHandle, whileReporting } from '../jobs.ts'
import type { RunParts } from '../store/runs.ts'
import type { StoredRun } from '../store/storedRun.ts'

/** One run to be trained. */
export interface TrainingTask {
  readonly runId: string
  readonly settings: Partial<TrainingSettings> & Pick<TrainingSettings, 'seed'>
  /** Where it goes on: the partial run, and its training as it was kept. */
  readonly before?: { readonly run: StoredRun; readonly resume: Unfinished }
}

interface TaskContext {
  /** Seeds of the tasks after this one. */
  readonly seedsLeft: readonly number[]
  readonly context: Context
  readonly dataset: Dataset
  readonly engine: Engine
  readonly prepared: PreparedTable
  readonly job: JobHandle
  readonly onProgress: (progress: DetectProgress, isSaved: boolean) => void
}

/**
 * Trains one run after the other on the same encoded rows and saves each. A cancel keeps the runs that are finished
 * and what the one under way has reached (while a complete training is scored: what of it was saved on the way); the
 * seeds after it are kept with that, to follow when it goes on.
 */
export async function trainRuns(
  context: Context,
  input: { readonly dataset: Dataset; readonly tasks: readonly TrainingTask[]; readonly job: JobHandle },
): Promise<JobEnding> {
  const { dataset, tasks, job } = input
  const { report, signal } = job
  const [first] = tasks
  if (!first) throw new Error('A training without a task')
  const engine = await context.engine()
  const table = openTable(context.database, dataset)
  const prepared = await prepareTable({
    table,
    settings: first.settings,
    resume: first.before?.resume.model,
    signal,
    onProgress: (progress) => report(jobProgress(progress, { task: 0, tasks: tasks.length, isSaved: false })),
  })
  const finished: StoredRun[] = []
  let isStopped = false
  let seedsLeft: number[] = []
  for (const [index, task] of tasks.entries()) {
    if (isStopped) break
    seedsLeft = tasks.slice(index + 1).map(({ settings }) => settings.seed)
    const place = { task: index, tasks: tasks.length }
    report({ curve: task.before?.run.curve ?? [] })
    const onProgress = (progress: DetectProgress, isSaved: boolean) =>
      report(jobProgress(progress, { ...place, isSaved }))
    try {
      const parts = { context, dataset, engine, prepared, seedsLeft, job, onProgress }
      const outcome = await trainTask(parts, task)
      const run = storedRun(parts, task, outcome)
      await whileReporting(job, 'Saving', context.runs.save(run, partsOf(outcome)))
      context.projectChanged()
      finished.push(run)
      isStopped = !outcome.complete
    } catch (error) {
      const reached = await context.runs.keepCheckpoint(task.runId).catch(() => null)
      if (reached) context.projectChanged()
      if (toWireFailure(error).code !== 'cancelled')
        throw failureBeside({ error, task, tasks, finished, reached })
      if (reached) finished.push(reached)
      // Cancelled before its first step: what was finished before is kept.
      if (finished.length === 0) throw error
      isStopped = true
      if (!reached) seedsLeft = [task.settings.seed, ...seedsLeft]
    }
  }
  const runIds = finished.map((run) => run.runId)
  const [runId = first.runId] = runIds
  const left = isStopped && seedsLeft.length > 0 ? { seedsLeft } : {}
  return { result: { kind: 'training', runId, runIds, ...left }, stoppedEarly: isStopped }
}

/** Why a training failed, with what is kept of it nevertheless. */
function failureBeside(input: {
  readonly error: unknown
  readonly task: TrainingTask
  readonly tasks: readonly TrainingTask[]
  readonly finished: readonly StoredRun[]
  readonly reached: StoredRun | null
}): unknown {
  const { error, task, tasks, finished, reached } = input
  const { code, message, details } = toWireFailure(error)
  const seed = tasks.length > 1 ? `Seed ${task.settings.seed}: ` : ''
  const kept = [
    ...(reached === null
      ? []
      : [
          `What it had reached after ${reached.stepsDone} of ${reached.settings.steps} steps is kept as a run that you can go on with.`,
        ]),
    ...(finished.length === 0
      ? []
      : [`Finished and kept: seed ${finished.map((run) => run.settings.seed).join(', ')}.`]),
  ]
  if (kept.length === 0 && seed === '') return error
  const finishedRuns = finished.map((run) => run.runId).join(' ')
  return new Failure(code, [`${seed}${message}`, ...kept].join(' '), {
    ...details,
    ...(finished.length === 0 ? {} : { finishedRuns }),
  })
}

/** A process that dies loses at most about this much of a training. */
const checkpointMilliseconds = 30_000
/** Saving what was reached may take at most this share of the time. */
const savingShare = 0.05

/** Trains to the end or a cancel. Now and then it stops, saves what it has reached, and goes on. */
async function trainTask(parts: TaskContext, task: TrainingTask): Promise<Detection> {
  const { context, dataset, engine, prepared, job } = parts
  const { signal } = job
  let resume = task.before?.resume
  let interval = context.checkpointMilliseconds ?? checkpointMilliseconds
  const spent = { train: 0, score: 0 }
  let isSaved = false
  for (;;) {
    const pause = new AbortController()
    let timer: NodeJS.Timeout | undefined
    try {
      const outcome = await detect({
        table: openTable(context.database, dataset),
        settings: task.settings,
        prepared,
        resume,
        engine,
        signal: AbortSignal.any([signal, pause.signal]),
        scoringSignal: signal,
        giveWay: context.quiet,
        onProgress(progress) {
          // From the first steps on, so that each turn gets somewhere. Principal components are computed in one.
          if (progress.phase === 'training' && progress.step > 0)
            timer ??= setTimeout(() => pause.abort(), interval)
          if (progress.phase !== 'scoring' || progress.complete || signal.aborted)
            parts.onProgress(progress, isSaved)
          // Not a part of the work that the bar measures, but the job is alive.
          else job.report({ phase: 'Saving what is reached' })
        },
      })
      const { seconds } = outcome
      spent.train += seconds.features + seconds.train
      const sum = { ...outcome, seconds: { ...spent, features: 0, score: seconds.score } }
      if (outcome.complete || signal.aborted) return sum
      const savingFrom = performance.now()
      const run = storedRun(parts, task, sum)
      const saving = context.runs.saveCheckpoint(run, partsOf(outcome))
      // Where it cannot be kept, the training is still worth going on with; there may be room at the next turn.
      await whileReporting(job, 'Saving what is reached', saving).then(
        () => {
          isSaved = true
        },
        () => undefined,
      )
      // Cancelled meanwhile: this is what was reached.
      if (signal.aborted) return sum
      const cost = 1000 * seconds.score + performance.now() - savingFrom
      interval = Math.max(interval, cost / savingShare)
      resume = outcome
    } finally {
      clearTimeout(timer)
    }
  }
}

type RunContext = Pick<TaskContext, 'dataset' | 'engine' | 'seedsLeft'>

/** What the training rows looked like is summed up when somebody scores with the run. */
const partsOf = ({ model, sorted, order }: Detection): RunParts => ({
  model,
  ranked: { scores: sorted, rows: order },
  reference: null,
})

function storedRun(
  { dataset, engine, seedsLeft }: RunContext,
  task: TrainingTask,
  outcome: Detection,
): StoredRun {
  const { model, complete, seconds, curve, bestStep, threshold, suggestions } = outcome
  return {
    runId: task.runId,
    datasetId: dataset.datasetId,
    createdAt: task.before?.run.createdAt ?? new Date().toISOString(),
    state: complete ? 'complete' : 'partial',
    engine: engine.name,
    rows: dataset.rows,
    features: outcome.features,
    settings: model.settings,
    ...(complete || seedsLeft.length === 0 ? {} : { seedsLeft }),
    stepsDone: outcome.stepsDone,
    trainableParameters: outcome.trainableParameters,
    seconds: {
      train: (task.before?.run.seconds.train ?? 0) + seconds.features + seconds.train,
      score: seconds.score,
    },
    curve,
    phases: trainingPhases(model),
    bestStep,
    scored: null,
    threshold,
    suggestions,
  }
}

// Shares of the whole job's time, roughly: what matters is that the bar moves steadily and never backwards.
const featuresEnd = 0.1
const trainingShare = 0.9

function jobProgress(
  progress: DetectProgress,
  place: { readonly task: number; readonly tasks: number; readonly isSaved: boolean },
): Parameters<JobHandle['report']>[0] {
  const { task, tasks } = place
  if (progress.phase === 'features') {
    return { phase: 'Preparing features', progress: progress.share * featuresEnd }
  }
  const isTraining = progress.phase === 'training'
  const share = isTraining
    ? (progress.step / progress.steps) * trainingShare
    : trainingShare + progress.share * (1 - trainingShare)
  const which = tasks > 1 ? `, seed ${task + 1} of ${tasks}` : ''
  return {
    phase: `${isTraining ? 'Training' : scoringWords(progress.complete, place.isSaved)}${which}`,
    progress: featuresEnd + ((task + share) / tasks) * (1 - featuresEnd),
    ...(isTraining && progress.point ? { point: progress.point } : {}),
  }
}

/** Says what a pause would keep, where that is not what was reached. */
function scoringWords(isComplete: boolean, isSaved: boolean): string {
  if (!isComplete) return 'Scoring what was reached'
  return isSaved
    ? 'Scoring rows (a pause now keeps the last save)'
    : 'Scoring rows (a pause now keeps nothing)'
}
