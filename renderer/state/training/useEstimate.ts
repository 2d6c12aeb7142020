import { onScopeDispose, watch } from 'vue'
import type { TrainingEstimate, TrainingSettings } from '../../../src/contract/records.ts'
import type { Connection } from '../connection.ts'
import { useAsk } from '../useAsk.ts'

interface Question {
  readonly datasetId: string
  readonly settings: Partial<TrainingSettings>
}

/** Milliseconds that settings must stand still before the core measures: it takes steps to do so. */
const rest = 500

/**
 * How long a training will take and how much memory. Asks once `question` stands still, one question at a time:
 * what changed meanwhile is asked when the answer is there, and that answer is not shown.
 */
export function useEstimate(connection: Connection, question: () => Question | null) {
  const estimate = useAsk<TrainingEstimate>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let flight: Promise<unknown> | null = null
  let wanted: Question | null = null

  async function send(): Promise<void> {
    if (flight) return
    while (wanted) {
      const now = wanted
      wanted = null
      flight = estimate.ask(() => connection.api.estimateTraining(now))
      await flight
    }
    flight = null
  }

  watch(
    question,
    (now) => {
      clearTimeout(timer)
      estimate.clear()
      wanted = now
      if (now) timer = setTimeout(() => void send(), rest)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    wanted = null
  })
  return { estimate: estimate.value, estimateFailure: estimate.failure, estimateBusy: estimate.busy }
}
