import { computed, type Ref, shallowRef, watch } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { RunSummary, WireFailure } from '../../src/contract/records.ts'
import { agreementOfTop, rankCorrelation, ranksOfRows } from './comparison.ts'
import type { Connection } from './connection.ts'
import { outcomeOf } from './outcome.ts'
import type { RunState } from './useRun.ts'

/** What comparing scores says of a run; null where it cannot be said. */
export interface RunMeasures {
  readonly auroc: number | null
  readonly averagePrecision: number | null
  /** Agreement with the open run: of as many highest rows as that one flags, and of all ranks. */
  readonly sameFlags: number | null
  readonly correlation: number | null
}

/** Scores change when a paused run goes on, labels when a column's role does. */
const keyOf = (open: RunSummary, run: RunSummary): string =>
  [outcomeOf(open), open.threshold.flagged, outcomeOf(run), run.labelColumn].join()

/**
 * How the runs of a data set compare with each other and with the open one, worked out from their scores one
 * run after the other while `wanted`. Only the numbers are kept: the scores of twenty runs of a large table
 * would not fit beside each other.
 */
export function useComparison(
  connection: Connection,
  { run, runs }: RunState,
  wanted: Readonly<Ref<boolean>>,
) {
  const known = shallowRef<ReadonlyMap<string, RunMeasures>>(new Map())
  const failure = shallowRef<WireFailure | null>(null)
  let round = 0

  const missing = () => {
    const open = run.value
    if (!open || !wanted.value) return []
    return runs.value.filter((one) => !known.value.has(keyOf(open, one)))
  }

  async function work(): Promise<void> {
    const mine = ++round
    const open = run.value
    const left = missing()
    if (!open || left.length === 0) return
    try {
      const base = await connection.api.readScores({ runId: open.runId })
      const baseRanks = ranksOfRows(base)
      for (const one of left) {
        const order = one.runId === open.runId ? base : await connection.api.readScores({ runId: one.runId })
        const fare = one.labelColumn && (await connection.api.readEvaluation({ runId: one.runId }))
        if (mine !== round) return
        const measures = {
          auroc: fare ? fare.auroc : null,
          averagePrecision: fare ? fare.averagePrecision : null,
          sameFlags: agreementOfTop(base, order, open.threshold.flagged),
          correlation: rankCorrelation(baseRanks, ranksOfRows(order)),
        }
        known.value = new Map(known.value).set(keyOf(open, one), measures)
      }
      failure.value = null
    } catch (thrown) {
      if (mine === round) failure.value = toWireFailure(thrown)
    }
  }
  watch(
    () => [wanted.value, run.value && runs.value.map((one) => run.value && keyOf(run.value, one)).join(';')],
    work,
    {
      immediate: true,
    },
  )

  return {
    /** By run id; a run whose scores are still being read is not in it. */
    measures: computed(() => {
      const open = run.value
      const pairs = runs.value.flatMap((one) => {
        const measures = open && known.value.get(keyOf(open, one))
        return measures ? [[one.runId, measures] as const] : []
      })
      return new Map(pairs)
    }),
    failure,
    again: work,
  }
}
