import { computed, shallowRef, watch } from 'vue'
import type { LatentMap, Neighbours } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { outcomeOf } from './outcome.ts'
import { useAsk } from './useAsk.ts'
import type { RunState } from './useRun.ts'

const shownNeighbours = 12

/** The codes of the run under review: its map, asked for when it is looked at, and one row with its neighbours. */
export function useLatent(connection: Connection, { run, scores }: RunState) {
  const map = useAsk<LatentMap>()
  const neighbours = useAsk<Neighbours>()
  const row = shallowRef<number | null>(null)
  const runId = computed(() => run.value?.runId ?? null)
  const outcome = computed(() => run.value && outcomeOf(run.value))
  /** Maps that the core is working out, by outcome: looked at again, they are waited for rather than asked for twice. */
  const underWay = new Map<string, Promise<LatentMap>>()

  watch(outcome, () => {
    map.clear()
    select(null)
  })

  /** Asks for the map unless it is here. */
  async function load(): Promise<void> {
    const [id, of] = [runId.value, outcome.value]
    if (id === null || of === null || map.busy.value || map.value.value) return
    const asked =
      underWay.get(of) ??
      connection.api.readLatentMap({ runId: id }).finally(() => {
        underWay.delete(of)
      })
    underWay.set(of, asked)
    await map.ask(() => asked)
  }

  function select(next: number | null): void {
    row.value = next
    neighbours.clear()
    if (next !== null) void askNeighbours()
  }
  async function askNeighbours(): Promise<void> {
    const [id, at] = [runId.value, row.value]
    if (id === null || at === null) return
    await neighbours.ask(() => connection.api.readNeighbours({ runId: id, row: at, count: shownNeighbours }))
  }

  /** The open row with its place in the ranking. */
  const ranked = computed(() => {
    const order = scores.value
    if (row.value === null || !order) return null
    const index = order.rows.indexOf(row.value)
    return index < 0 ? null : { row: row.value, rank: index + 1, score: order.scores[index] ?? Number.NaN }
  })
  /** The place of each row among the map's points. */
  const places = computed(() => {
    const found = new Map<number, number>()
    map.value.value?.rows.forEach((one, index) => {
      found.set(one, index)
    })
    return found
  })

  return {
    map: map.value,
    mapBusy: map.busy,
    mapFailure: map.failure,
    load,
    row,
    ranked,
    places,
    select,
    neighbours: neighbours.value,
    neighboursBusy: neighbours.busy,
    neighboursFailure: neighbours.failure,
    askNeighbours,
  }
}

export type LatentState = ReturnType<typeof useLatent>
