import { computed, shallowRef, watch } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { Evaluation, RunSummary, ScoreOrder, WireFailure } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { labelTotals } from './scores.ts'
import { useAsk } from './useAsk.ts'
import type { DatasetState } from './useDataset.ts'
import type { ProjectState } from './useProject.ts'

/** The run under review: its summary, all its scores, and how it fares against labels where there are any. */
export function useRun(connection: Connection, project: ProjectState, { dataset }: DatasetState) {
  const runId = shallowRef<string | null>(null)
  const deleteFailure = shallowRef<WireFailure | null>(null)
  const scores = useAsk<ScoreOrder>()
  const evaluation = useAsk<Evaluation | null>()

  const runs = computed(() => project.runs.value.filter((run) => run.datasetId === dataset.value?.datasetId))
  const run = computed<RunSummary | null>(
    () => runs.value.find((one) => one.runId === runId.value) ?? runs.value[0] ?? null,
  )

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
  watch(() => `${run.value?.runId} ${run.value?.labelColumn}`, load, { immediate: true })

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
    totals,
    failure: computed(() => scores.failure.value ?? evaluation.failure.value ?? deleteFailure.value),
    select: (id: string) => {
      runId.value = id
    },
    reload: load,
    remove,
  }
}

export type RunState = ReturnType<typeof useRun>
