import { computed, shallowRef, watch } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { Evaluation, RunSummary, ScoreOrder, WireFailure } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { outcomeOf } from './outcome.ts'
import { labelTotals } from './scores.ts'
import { useAsk } from './useAsk.ts'
import type { DatasetState } from './useDataset.ts'
import type { ProjectState } from './useProject.ts'

/** The run under review: its summary, all its scores, and how it fares against labels where there are any. */
export function useRun(connection: Connection, project: ProjectState, { dataset }: DatasetState) {
  /** The run looked at, by data set, so that switching data sets and back leads to the same run. */
  const chosen = shallowRef<ReadonlyMap<string, string>>(new Map())
  const deleteFailure = shallowRef<WireFailure | null>(null)
  const scores = useAsk<ScoreOrder>()
  const evaluation = useAsk<Evaluation | null>()

  const runs = computed(() => project.runs.value.filter((run) => run.datasetId === dataset.value?.datasetId))
  const run = computed<RunSummary | null>(
    () => runs.value.find((one) => one.runId === chosen.value.get(one.datasetId)) ?? runs.value[0] ?? null,
  )
  // The run on screen stays on screen: a newer one that a training adds must not take its place unasked.
  watch(run, (now) => now && select(now.runId, now.datasetId), { immediate: true })

  function select(runId: string, datasetId = dataset.value?.datasetId): void {
    if (datasetId === undefined || chosen.value.get(datasetId) === runId) return
    chosen.value = new Map(chosen.value).set(datasetId, runId)
  }

  async function load(): Promise<void> {
    const now = run.value
    scores.clear()
    evaluation.clear()
    if (!now) return
    await Promise.all([
      scores.ask(() => connection.api.readScores({ runId: now.runId })),
      evaluation.ask(() => connection.api.readEvaluation({ runId: now.runId })),
    ])
  }
  watch(() => run.value && `${outcomeOf(run.value)} ${run.value.labelColumn}`, load, { immediate: true })

  async function remove(id: string): Promise<void> {
    try {
      await connection.api.deleteRun({ runId: id })
      deleteFailure.value = null
      await project.reread()
    } catch (thrown) {
      deleteFailure.value = toWireFailure(thrown)
    }
  }

  const totals = computed(() => {
    const labels = scores.value.value?.labels
    return labels ? labelTotals(labels) : null
  })
  return {
    runs,
    run,
    scores: scores.value,
    scoresBusy: scores.busy,
    evaluation: evaluation.value,
    evaluationBusy: evaluation.busy,
    totals,
    failure: computed(() => scores.failure.value ?? evaluation.failure.value ?? deleteFailure.value),
    select,
    reload: load,
    remove,
  }
}

export type RunState = ReturnType<typeof useRun>
