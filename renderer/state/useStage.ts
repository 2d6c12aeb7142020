import { computed, shallowRef, watch } from 'vue'
import type { DatasetState } from './useDataset.ts'
import type { RunState } from './useRun.ts'

export const stages = ['import', 'train', 'review', 'export', 'score'] as const
export type Stage = (typeof stages)[number]

/** What Review shows of a run: its rows by score, or the map of their codes. */
export type ReviewView = 'rows' | 'map'

/** Which of the stages is open, and why one cannot be. `first` opens once its data is there. */
export function useStage({ dataset }: DatasetState, { run }: RunState, first: Stage = 'import') {
  const wanted = shallowRef<Stage>(first)
  const reviewView = shallowRef<ReviewView>('rows')

  const closedBecause = computed<Record<Stage, string | null>>(() => {
    const noData = dataset.value ? null : 'Import a table first'
    const noRun = noData ?? (run.value ? null : 'Train first')
    // Score needs nothing of this project: model and rows may both come from files.
    return { import: null, train: noData, review: noRun, export: noRun, score: null }
  })
  const stage = computed<Stage>(() => {
    if (closedBecause.value[wanted.value] === null) return wanted.value
    return dataset.value ? 'train' : 'import'
  })
  // Where the page fell back to is where it stays: data that comes later must not move the person.
  watch(stage, (now) => {
    wanted.value = now
  })

  return {
    stage,
    closedBecause,
    reviewView,
    open: (next: Stage) => {
      if (closedBecause.value[next] === null) wanted.value = next
    },
  }
}
