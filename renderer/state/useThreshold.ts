import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { countAtLeast, cutAtRank } from '../../src/contract/cut.ts'
import { Failure, toWireFailure } from '../../src/contract/failure.ts'
import type { ThresholdRule, WireFailure } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { metricsAtCount } from './scores.ts'
import type { ProjectState } from './useProject.ts'
import type { RunState } from './useRun.ts'

/** Where the line stands in the page; the core hears of it a moment later. */
interface Line {
  readonly rule: ThresholdRule
  readonly value: number | null
  readonly cut: number
}

/** Milliseconds of rest after which a moved line is kept with the run. */
const restBeforeKeeping = 250
/** The largest 32-bit float: scores and cuts are 32-bit in the core. */
export const highestCut = 3.4028234663852886e38

/**
 * The cut between what is flagged and what is not. Counts follow at once; keeping it is debounced. A moved
 * line belongs to its run until the core has it, so switching runs and back neither loses nor delays it.
 */
export function useThreshold(
  connection: Connection,
  { keepThreshold }: Pick<ProjectState, 'keepThreshold'>,
  { run, scores, totals }: RunState,
) {
  const moved = shallowRef<ReadonlyMap<string, Line>>(new Map())
  const failures = shallowRef<ReadonlyMap<string, WireFailure>>(new Map())
  const flights = new Map<string, Promise<boolean>>()
  let resting: { readonly runId: string; readonly timer: ReturnType<typeof setTimeout> } | null = null

  const runId = computed(() => run.value?.runId ?? null)
  const line = computed<Line | null>(() => {
    const now = run.value
    if (!now) return null
    const { rule, value, cut } = moved.value.get(now.runId) ?? now.threshold
    return { rule, value, cut }
  })

  /** Keeps the line of a run as it stands now, once it stands; true when the core has it. */
  function keepOf(id: string): Promise<boolean> {
    if (resting?.runId === id) stopResting()
    const underWay = flights.get(id)
    if (underWay) return underWay
    const flight = send(id).finally(() => flights.delete(id))
    flights.set(id, flight)
    return flight
  }

  // One call at a time and run: two that overtake each other would keep the older line.
  async function send(id: string): Promise<boolean> {
    for (;;) {
      const sent = moved.value.get(id)
      if (!sent) return true
      try {
        const kept = await connection.api.setThreshold({ runId: id, rule: sent.rule, value: sent.value })
        keepThreshold(id, kept)
        failures.value = without(failures.value, id)
        if (moved.value.get(id) === sent) moved.value = without(moved.value, id)
      } catch (thrown) {
        if (moved.value.get(id) !== sent) continue
        failures.value = new Map(failures.value).set(id, toWireFailure(thrown))
        return false
      }
    }
  }

  function stopResting(): void {
    clearTimeout(resting?.timer)
    resting = null
  }
  /** Keeps at once what still rests. */
  function flush(): void {
    if (resting) void keepOf(resting.runId)
  }

  function put(next: Line): string | null {
    const id = runId.value
    if (id === null) return null
    moved.value = new Map(moved.value).set(id, next)
    return id
  }
  function putSoon(next: Line): void {
    if (resting && resting.runId !== runId.value) flush()
    stopResting()
    const id = put(next)
    if (id !== null) resting = { runId: id, timer: setTimeout(flush, restBeforeKeeping) }
  }

  /** Moves the line to a score, which the core keeps as a 32-bit float. */
  function moveTo(cut: number): void {
    if (!Number.isFinite(cut)) return
    const value = Math.min(cut, highestCut)
    putSoon({ rule: 'manual', value, cut: Math.fround(value) })
  }

  /** Moves the line so that the `rows` strangest rows are flagged. */
  function flagRows(rows: number): void {
    const order = scores.value
    if (!order || !Number.isFinite(rows)) return
    const wanted = Math.min(Math.max(Math.round(rows), 0), order.scores.length)
    putSoon({ rule: 'top-k', value: wanted, cut: cutAtRank(order.scores, wanted) })
  }

  /** Applies a suggested rule. */
  async function apply({ rule, value, cut }: Line): Promise<void> {
    const id = put({ rule, value, cut })
    if (id !== null) await keepOf(id)
  }

  /** Waits until the core has the line of a run. Throws Failure where it does not take it. */
  async function ensureKept(id: string): Promise<void> {
    if (await keepOf(id)) return
    const { code, message } = failures.value.get(id) ?? { code: 'core-stopped', message: 'Try again.' }
    throw new Failure(code, `The threshold could not be kept, so nothing was written. ${message}`)
  }

  watch(runId, flush)
  // A page that is closed or reloaded runs no timers any more, nor does it end its scopes.
  globalThis.addEventListener?.('pagehide', flush)
  onScopeDispose(() => {
    globalThis.removeEventListener?.('pagehide', flush)
    flush()
  })

  const flagged = computed(() => {
    if (!line.value || !run.value) return 0
    return scores.value?.runId === run.value.runId
      ? countAtLeast(scores.value.scores, line.value.cut)
      : run.value.threshold.flagged
  })
  const metrics = computed(() => (totals.value ? metricsAtCount(totals.value, flagged.value) : null))
  return {
    line,
    flagged,
    metrics,
    failure: computed(() => (runId.value === null ? null : (failures.value.get(runId.value) ?? null))),
    moveTo,
    flagRows,
    apply,
    /** Tells the core where the line of the run on screen stands. */
    keep: async () => {
      if (runId.value !== null) await keepOf(runId.value)
    },
    ensureKept,
  }
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  const next = new Map(map)
  next.delete(key)
  return next
}

export type ThresholdState = ReturnType<typeof useThreshold>
