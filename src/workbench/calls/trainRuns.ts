import type { Dataset, TrainingSettings } from '../../contract/records.ts'
import type { Engine } from '../../engine/engine.ts'
import { openTable } from '../../pipeline/dataset/openTable.ts'
import type { PreparedTable } from '../../pipeline/features/prepare.ts'
import { trainingPhases } from '../../pipeline/model/phases.ts'
import { type Detection, type DetectProgress, detect, prepareTable } from '../../pipeline/run.ts'
import type { Unfinished } from '../../pipeline/training/train.ts'
import type { Context } from '../context.ts'
import type { JobEnding, JobHandle } from '../jobs.ts'
import { referenceOf } from '../reference.ts'
import type { StoredRun } from '../store/storedRun.ts'

/** One run to be trained. */
export interface TrainingTask {
  readonly runId: string
  readonly settings: Partial<TrainingSettings>
  /** Where it goes on: the partial run, and its training as it was kept. */
  readonly before?: { readonly run: StoredRun; readonly resume: Unfinished }
}

interface TaskContext {
  readonly context: Context
  readonly dataset: Dataset
  readonly engine: Engine
  readonly prepared: PreparedTable
  readonly signal: AbortSignal
  readonly onProgress: (progress: DetectProgress) => void
}

/**
 * Trains one run after the other on the same encoded rows and saves each. A cancel keeps the runs that are finished
 * and what the one under way has reached.
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
    onProgress: (progress) => report(jobProgress(progress, { task: 0, tasks: tasks.length })),
  })
  const runIds: string[] = []
  let isStopped = false
  for (const [index, task] of tasks.entries()) {
    if (isStopped) break
    const place = { task: index, tasks: tasks.length }
    report({ curve: task.before?.run.curve ?? [] })
    const onProgress = (progress: DetectProgress) => report(jobProgress(progress, place))
    try {
      const outcome = await trainTask({ context, dataset, engine, prepared, signal, onProgress }, task)
      report({ phase: 'Saving' })
      await saveRun({ context, dataset, engine }, task, outcome)
      context.projectChanged()
      runIds.push(task.runId)
      isStopped = !outcome.complete
    } catch (error) {
      await context.runs.dropCheckpoint(task.runId)
      // Cancelled before its first step: what was finished before is kept.
      if (!signal.aborted || runIds.length === 0) throw error
      isStopped = true
    }
  }
  const [runId = first.runId] = runIds
  return { result: { kind: 'training', runId, runIds }, stoppedEarly: isStopped }
}

/** A process that dies loses at most about this much of a training. */
const checkpointMilliseconds = 30_000
/** Saving what was reached may take at most this share of the time. */
const savingShare = 0.05

/** Trains to the end or a cancel. Now and then it stops, saves what it has reached, and goes on. */
async function trainTask(parts: TaskContext, task: TrainingTask): Promise<Detection> {
  const { context, dataset, engine, prepared, signal } = parts
  let resume = task.before?.resume
  let interval = context.checkpointMilliseconds ?? checkpointMilliseconds
  const spent = { train: 0, score: 0 }
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
        giveWay: context.quiet,
        onProgress(progress) {
          // From the first steps on, so that each turn gets somewhere.
          if (progress.phase === 'training') timer ??= setTimeout(() => pause.abort(), interval)
          if (progress.phase !== 'scoring' || !pause.signal.aborted) parts.onProgress(progress)
        },
      })
      const { seconds } = outcome
      spent.train += seconds.features + seconds.train
      const sum = { ...outcome, seconds: { ...spent, features: 0, score: seconds.score } }
      if (outcome.complete || signal.aborted) return sum
      const savingFrom = performance.now()
      const run = storedRun({ dataset, engine }, task, sum)
      const ranked = { scores: outcome.sorted, rows: outcome.order }
      await context.runs.saveCheckpoint(run, { model: outcome.model, ranked, reference: null })
      const cost = 1000 * seconds.score + performance.now() - savingFrom
      interval = Math.max(interval, cost / savingShare)
      resume = outcome
    } finally {
      clearTimeout(timer)
    }
  }
}

type RunContext = Pick<TaskContext, 'dataset' | 'engine'>

async function saveRun(
  { context, dataset, engine }: RunContext & Pick<TaskContext, 'context'>,
  task: TrainingTask,
  outcome: Detection,
): Promise<void> {
  const { model, sorted, order, scores, threshold, complete } = outcome
  // A partial run may be trained on, or deleted: its reference is made when somebody scores with it.
  const reference = complete
    ? await referenceOf(context, { dataset, model, scores, threshold, signal: new AbortController().signal })
    : null
  await context.runs.save(storedRun({ dataset, engine }, task, outcome), {
    model,
    ranked: { scores: sorted, rows: order },
    reference,
  })
}

function storedRun({ dataset, engine }: RunContext, task: TrainingTask, outcome: Detection): StoredRun {
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
    stepsDone: outcome.stepsDone,
    trainableParameters: outcome.trainableParameters,
    seconds: {
      train: (task.before?.run.seconds.train ?? 0) + seconds.features + seconds.train,
      score: seconds.score,
    },
    curve,
    phases: trainingPhases(model.spec),
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
  { task, tasks }: { readonly task: number; readonly tasks: number },
): Parameters<JobHandle['report']>[0] {
  if (progress.phase === 'features') {
    return { phase: 'Preparing features', progress: progress.share * featuresEnd }
  }
  const isTraining = progress.phase === 'training'
  const share = isTraining
    ? (progress.step / progress.steps) * trainingShare
    : trainingShare + progress.share * (1 - trainingShare)
  const which = tasks > 1 ? `, seed ${task + 1} of ${tasks}` : ''
  return {
    phase: `${isTraining ? 'Training' : 'Scoring rows'}${which}`,
    progress: featuresEnd + ((task + share) / tasks) * (1 - featuresEnd),
    ...(isTraining && progress.point ? { point: progress.point } : {}),
  }
}
