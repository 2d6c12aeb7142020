import { computed, shallowRef, watch } from 'vue'
import type { Dataset } from '../../src/contract/records.ts'
import type { DatasetState } from './useDataset.ts'
import type { RunState } from './useRun.ts'
import type { TrainingState } from './useTraining.ts'

/**
 * Whether the columns' types and roles are others than those the run on screen was trained with. A run keeps
 * only how many features it had, so beyond changes seen by this page, only another number of them tells.
 */
export function useColumnsChanged(
  { dataset }: Pick<DatasetState, 'dataset'>,
  { run, runs }: Pick<RunState, 'run' | 'runs'>,
  { plan }: Pick<TrainingState, 'plan'>,
) {
  /** What was trained on, by run, as seen before the first change after it. */
  const trainedWith = shallowRef<ReadonlyMap<string, string>>(new Map())
  const now = computed(() => ({
    datasetId: dataset.value?.datasetId,
    features: featuresOf(dataset.value),
    runIds: runs.value.map((one) => one.runId),
  }))
  watch(
    now,
    (later, before) => {
      if (later.datasetId !== before.datasetId || later.features === before.features) return
      const next = new Map(trainedWith.value)
      for (const runId of before.runIds) if (!next.has(runId)) next.set(runId, before.features)
      trainedWith.value = next
    },
    { flush: 'sync' },
  )

  return computed(() => {
    // A model from elsewhere has columns of its own; the run itself tells how they differ.
    if (!run.value || run.value.scored) return false
    const then = trainedWith.value.get(run.value.runId)
    if (then !== undefined && then !== now.value.features) return true
    return plan.value !== null && plan.value.features !== run.value.features
  })
}

function featuresOf(dataset: Dataset | null): string {
  const features = (dataset?.columns ?? []).filter((column) => column.role === 'feature')
  return JSON.stringify(features.map(({ name, type }) => [name, type]))
}
