import { computed, shallowRef, watch } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { ImportPreview, Job, ModelSummary, RunSummary, WireFailure } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { useArrival } from './useArrival.ts'
import { useAsk } from './useAsk.ts'
import { useJob } from './useJob.ts'
import type { JobsState } from './useJobs.ts'
import type { ProjectState } from './useProject.ts'
import type { RunState } from './useRun.ts'
import type { ThresholdState } from './useThreshold.ts'

/** A model that can score: of a run that was trained here, or opened from a file. */
export type Model =
  | { readonly kind: 'run'; readonly id: string; readonly run: RunSummary }
  | { readonly kind: 'file'; readonly id: string; readonly file: ModelSummary }

/** New rows through a model that exists: which model, which rows, the job, and what came of it. */
export function useScoring(
  connection: Connection,
  jobs: JobsState,
  project: ProjectState,
  { run: openRun }: RunState,
  { ensureKept }: Pick<ThresholdState, 'ensureKept'>,
  scored: (runId: string) => Promise<void>,
) {
  const chosenModel = shallowRef<string | null>(null)
  const datasetId = shallowRef<string | null>(null)
  const chosenResult = shallowRef<string | null>(null)
  const opening = useAsk<ModelSummary>()
  const preview = useAsk<ImportPreview>()
  const deleteFailure = shallowRef<WireFailure | null>(null)
  const refused = shallowRef<WireFailure | null>(null)

  const models = computed<readonly Model[]>(() => [
    ...project.runs.value
      .filter((run) => run.scored === null)
      .map((run) => ({ kind: 'run' as const, id: run.runId, run })),
    ...(project.project.value?.models ?? []).map((file) => ({
      kind: 'file' as const,
      id: file.modelId,
      file,
    })),
  ])
  /** The one that was chosen, else that of the run under review, else the newest. */
  const model = computed<Model | null>(() => {
    const named = (id: string | undefined) => models.value.find((one) => one.id === id)
    return named(chosenModel.value ?? undefined) ?? named(openRun.value?.runId) ?? models.value[0] ?? null
  })

  const modelFile = useArrival(connection, async (source) => {
    const opened = await opening.ask(() => connection.api.openModel({ source }))
    if (!opened) return
    // The project has a copy; what was sent is not needed any more.
    modelFile.close()
    chosenModel.value = opened.modelId
    await project.reread()
  })
  const dataFile = useArrival(connection, async (source) => {
    await preview.ask(() => connection.api.previewImport({ source }))
  })

  const dataset = computed(
    () => project.datasets.value.find((one) => one.datasetId === datasetId.value) ?? null,
  )
  /** Names of the columns that the model reads; null while they are not known. */
  const modelColumns = computed<readonly string[] | null>(() => {
    const now = model.value
    // A run does not tell its columns, and its data set's roles may have changed since it was trained.
    return now?.kind === 'file' ? now.file.columns.map((column) => column.name) : null
  })
  const dataColumns = computed<readonly string[] | null>(() => {
    const columns =
      dataFile.arrival.value.state === 'none' ? dataset.value?.columns : preview.value.value?.columns
    return columns?.map((column) => column.name) ?? null
  })
  /** How the columns of the chosen rows fit the chosen model, by name; the core says more once it has scored. */
  const fit = computed(() => {
    const wanted = modelColumns.value
    const given = dataColumns.value
    if (!wanted || !given) return null
    const there = new Set(given)
    const read = new Set(wanted)
    return {
      wanted: wanted.length,
      missing: wanted.filter((name) => !there.has(name)),
      extra: given.filter((name) => !read.has(name)),
    }
  })

  /** What the running job reads: a newer file must not be closed with it. */
  let scoredFile = dataFile.arrival.value
  const job = useJob(jobs, async (ended: Job) => {
    if (ended.status.state !== 'done' || ended.status.result.kind !== 'scoring') return
    const { runId } = ended.status.result
    await scored(runId)
    chosenResult.value = runId
    if (scoredFile === dataFile.arrival.value && scoredFile.state === 'here') {
      // The rows are a data set now: scored again, they need not be read again.
      datasetId.value = project.runs.value.find((one) => one.runId === runId)?.datasetId ?? null
      closeFile()
    }
  })
  // One that was under way when the page connected is followed like the page's own.
  watch(
    () => jobs.runningOf('scoring')?.jobId,
    (id) => {
      if (id !== undefined && !job.running.value) job.adopt(id)
    },
    { immediate: true },
  )

  const data = computed(() => {
    const file = dataFile.arrival.value
    if (file.state === 'here') return preview.value.value ? { source: file.source } : null
    return file.state === 'none' && dataset.value ? { datasetId: dataset.value.datasetId } : null
  })

  async function start(): Promise<void> {
    const [by, on] = [model.value, data.value]
    if (!by || !on || job.running.value) return
    scoredFile = dataFile.arrival.value
    await job.start(async () => {
      // The scored rows are flagged by the line that stands on screen.
      if (by.kind === 'run') await ensureKept(by.id)
      const chosen = by.kind === 'run' ? { runId: by.id } : { modelId: by.id }
      return connection.api.startScoring({ model: chosen, data: on })
    })
  }

  async function removeModel(modelId: string): Promise<void> {
    try {
      await connection.api.deleteModel({ modelId })
      deleteFailure.value = null
      await project.reread()
    } catch (thrown) {
      deleteFailure.value = toWireFailure(thrown)
    }
  }

  function closeFile(): void {
    refused.value = null
    dataFile.close()
    preview.clear()
  }

  /** Every scored run, newest first, and the one to look at. */
  const results = computed(() => project.runs.value.filter((run) => run.scored !== null))
  const dataFailure = computed(() => refused.value ?? dataFile.failure.value ?? preview.failure.value)
  const result = computed(() => {
    // Beside an error it would look like the result of what failed.
    if (dataFailure.value ?? job.failure.value) return null
    return results.value.find((run) => run.runId === chosenResult.value) ?? results.value[0] ?? null
  })

  return {
    models,
    model,
    opening: computed(() => modelFile.arrival.value.state !== 'none' && !opening.failure.value),
    openFailure: computed(() => modelFile.failure.value ?? opening.failure.value ?? deleteFailure.value),
    modelFile: modelFile.arrival,
    file: dataFile.arrival,
    preview: preview.value,
    previewBusy: preview.busy,
    dataFailure,
    dataset,
    fit,
    data,
    job,
    results,
    result,
    start,
    removeModel,
    closeFile,
    chooseModel: (id: string) => {
      chosenModel.value = id
    },
    chooseDataset: (id: string) => {
      closeFile()
      datasetId.value = id
    },
    chooseResult: (runId: string) => {
      chosenResult.value = runId
    },
    async takeModel(file: Parameters<typeof modelFile.take>[0]) {
      opening.clear()
      await modelFile.take(file)
    },
    async takeModelPath(file: { path: string; name: string }) {
      opening.clear()
      await modelFile.takePath(file)
    },
    /** Says why what was dropped cannot be taken. */
    refuse(thrown: unknown) {
      refused.value = toWireFailure(thrown)
    },
    async takeRows(file: Parameters<typeof dataFile.take>[0]) {
      closeFile()
      job.forget()
      await dataFile.take(file)
    },
  }
}

export type ScoringState = ReturnType<typeof useScoring>
