import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { ThresholdRule, WireFailure } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { countAtLeast, cutForRows, metricsAtCount } from './scores.ts'
import type { RunState } from './useRun.ts'

/** Where the line stands in the page; the core hears of it a moment later. */
interface Line {
  readonly rule: ThresholdRule
  readonly value: number | null
  readonly cut: number
}

/** Milliseconds of rest after which a moved line is kept with the run. */
const restBeforeKeeping = 250

/** The cut between what is flagged and what is not. Counts follow at once; keeping it is debounced. */
export function useThreshold(connection: Connection, { run, scores, totals }: RunState) {
  const line = shallowRef<Line | null>(null)
  const failure = shallowRef<WireFailure | null>(null)
  const keeping = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let newest = 0

  watch(
    () => [run.value?.runId, run.value?.threshold] as const,
    ([id, threshold], before) => {
      const sameRun = before?.[0] === id
      // A reread of the project must not pull the line from under a hand that still moves it.
      if (sameRun && (timer !== undefined || keeping.value)) return
      if (!sameRun) forget()
      line.value = threshold ? { rule: threshold.rule, value: threshold.value, cut: threshold.cut } : null
    },
    { immediate: true },
  )

  function forget(): void {
    clearTimeout(timer)
    timer = undefined
    newest += 1
    keeping.value = false
    failure.value = null
  }

  /** Tells the core where the line stands now. */
  async function keep(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const runId = run.value?.runId
    const now = line.value
    if (runId === undefined || !now) return
    const mine = ++newest
    keeping.value = true
    try {
      const kept = await connection.api.setThreshold({ runId, rule: now.rule, value: now.value })
      if (mine !== newest || timer !== undefined) return
      line.value = { rule: kept.rule, value: kept.value, cut: kept.cut }
      failure.value = null
    } catch (thrown) {
      if (mine === newest) failure.value = toWireFailure(thrown)
    } finally {
      if (mine === newest) keeping.value = false
    }
  }

  function keepSoon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void keep(), restBeforeKeeping)
  }

  /** Moves the line to a score. */
  function moveTo(cut: number): void {
    if (!Number.isFinite(cut)) return
    line.value = { rule: 'manual', value: cut, cut }
    keepSoon()
  }

  /** Moves the line so that the `rows` strangest rows are flagged. */
  function flagRows(rows: number): void {
    const order = scores.value
    if (!order || !Number.isFinite(rows)) return
    const wanted = Math.min(Math.max(Math.round(rows), 0), order.scores.length)
    line.value = { rule: 'top-k', value: wanted, cut: cutForRows(order.scores, wanted) }
    keepSoon()
  }

  /** Applies a suggested rule. */
  async function apply(suggestion: Line): Promise<void> {
    line.value = { rule: suggestion.rule, value: suggestion.value, cut: suggestion.cut }
    await keep()
  }

  onScopeDispose(() => {
    if (timer !== undefined) void keep()
  })

  const flagged = computed(() => {
    if (!line.value) return 0
    return scores.value
      ? countAtLeast(scores.value.scores, line.value.cut)
      : (run.value?.threshold.flagged ?? 0)
  })
  const metrics = computed(() => (totals.value ? metricsAtCount(totals.value, flagged.value) : null))
  return { line, flagged, metrics, failure, keeping, moveTo, flagRows, apply, keep }
}

export type ThresholdState = ReturnType<typeof useThreshold>
