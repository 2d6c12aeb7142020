import { computed, shallowRef, watch } from 'vue'
import type { LatentMap, Neighbours } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { outcomeOf } from './outcome.ts'
import { useAsk } from './useAsk.ts'
import { useJob } from './useJob.ts'
import type { JobsState } from './useJobs.ts'
import type { RunState } from './useRun.ts'

const shownNeighbours = 12

/** The codes of the run under review: its map, asked for when it is looked at, and one row with its neighbours. */
export function useLatent(connection: Connection, jobs: JobsState, { run, scores }: RunState) {
  const map = useAsk<LatentMap>()
  const neighbours = useAsk<Neighbours>()
  const row = shallowRef<number | null>(null)
  const runId = computed(() => run.value?.runId ?? null)
  const outcome = computed(() => run.value && outcomeOf(run.value))
  /** The outcome whose codes the job reads, and the last whose map was asked for. */
  let reading: string | null = null
  let wanted: string | null = null
  /** Whether the job was cancelled for the codes of another outcome. */
  let isOvertaken = false
  const job = useJob(jobs, async ({ status }) => {
    const isShown = reading === outcome.value
    const again = isOvertaken || !isShown
    isOvertaken = false
    // Why it failed stands beside its own run only.
    if (!isShown) job.forget()
    if (isShown && status.state === 'done') await askMap()
    else if (again && wanted === outcome.value) await load()
  })

  watch(outcome, () => {
    map.clear()
    if (!job.running.value) job.forget()
    select(null)
  })

  /** Has the codes read and asks for the map, unless it is here. The core reads the codes of one run at a time. */
  async function load(): Promise<void> {
    const [id, of] = [runId.value, outcome.value]
    if (id === null || of === null || map.busy.value || map.value.value) return
    wanted = of
    if (job.running.value) {
      if (reading !== of && job.jobId.value !== null) {
        isOvertaken = true
        await jobs.cancel(job.jobId.value)
      }
      return
    }
    reading = of
    await job.start(() => connection.api.startLatentMap({ runId: id }))
  }
  async function askMap(): Promise<void> {
    const id = runId.value
    if (id !== null) await map.ask(() => connection.api.readLatentMap({ runId: id }))
  }
  function cancel(): void {
    wanted = null
    if (job.jobId.value !== null) void jobs.cancel(job.jobId.value)
  }
  const mapBusy = computed(() => map.value.value === null && (map.busy.value || job.running.value))

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
    mapBusy,
    mapFailure: computed(() => map.failure.value ?? job.failure.value),
    /** The share of the rows whose codes are read; null while it cannot be known. */
    mapProgress: computed(() => job.job.value?.progress ?? null),
    cancelling: computed(() => job.jobId.value !== null && jobs.cancelling.value.has(job.jobId.value)),
    load,
    cancel,
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
