import { computed, shallowRef, watch } from 'vue'
import type { Api } from '../../src/contract/api.ts'
import type { Job, TrainingSettings, WireFailure } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { useAsk } from './useAsk.ts'
import type { DatasetState } from './useDataset.ts'
import { useJob } from './useJob.ts'
import type { JobsState } from './useJobs.ts'

type TrainingPlan = Awaited<ReturnType<Api['planTraining']>>

/** Auto's plan for the data set, what the person changed of it, and the training job. */
export function useTraining(
  connection: Connection,
  jobs: JobsState,
  { dataset }: DatasetState,
  trained: (runId: string) => Promise<void>,
) {
  const plan = useAsk<TrainingPlan>()
  const changes = shallowRef<Partial<TrainingSettings>>({})
  /** What was written into a knob and cannot be used, by setting; nothing trains while there is any. */
  const refused = shallowRef<ReadonlyMap<keyof TrainingSettings, string>>(new Map())
  /** The data set that the training is of; null for one that was under way when the page connected. */
  const trainedOn = shallowRef<string | null>(null)

  const job = useJob(jobs, async (ended: Job) => {
    const { status } = ended
    if (status.state !== 'done' && status.state !== 'cancelled') return
    if (status.result?.kind !== 'training') return
    await trained(status.result.runId)
  })

  const planAgain = async () => {
    const id = dataset.value?.datasetId
    if (id === undefined) plan.clear()
    else await plan.ask(() => connection.api.planTraining({ datasetId: id }))
  }
  // Roles and types decide the features, so a changed column asks for a new plan.
  const columnsKey = computed(() =>
    dataset.value?.columns.map((column) => `${column.type[0]}${column.role[0]}`).join(''),
  )
  watch(
    () => [dataset.value?.datasetId, columnsKey.value] as const,
    async ([id], before) => {
      if (id !== before?.[0]) {
        changes.value = {}
        refused.value = new Map()
        plan.clear()
      }
      await planAgain()
    },
    { immediate: true },
  )

  // One that was under way when the page connected is followed like the page's own.
  watch(
    () => jobs.runningOf('training')?.jobId,
    (id) => {
      if (id === undefined || job.running.value) return
      trainedOn.value = null
      job.adopt(id)
    },
    { immediate: true },
  )
  const here = computed(() => trainedOn.value === null || trainedOn.value === dataset.value?.datasetId)
  /** Whether the data set on the table is being trained on, from the click on. */
  const running = computed(() => here.value && job.running.value)
  const shown = computed(() => (running.value ? job.job.value : null))
  /** A training on another data set: only one runs at a time. */
  const elsewhere = computed(() => (here.value || !job.running.value ? null : job.job.value))
  const failure = computed<WireFailure | null>(() => (here.value ? job.failure.value : null))
  /** Whether the last training was cancelled before there was anything to score with. */
  const cancelledEmpty = computed(() => {
    const status = job.job.value?.status
    return here.value && status?.state === 'cancelled' && status.result === null
  })

  const settings = computed<TrainingSettings | null>(() =>
    plan.value.value ? { ...plan.value.value.settings, ...changes.value } : null,
  )

  /** Changes one knob; a value equal to Auto's stays marked as chosen. */
  function change(fields: Partial<TrainingSettings>): void {
    changes.value = { ...changes.value, ...fields }
    accept(Object.keys(fields) as (keyof TrainingSettings)[])
  }

  /** Keeps what cannot be used as it was written. */
  function refuse(field: keyof TrainingSettings, text: string): void {
    refused.value = new Map(refused.value).set(field, text)
  }
  function accept(fields: readonly (keyof TrainingSettings)[]): void {
    refused.value = new Map([...refused.value].filter(([field]) => !fields.includes(field)))
  }

  /** Gives a knob back to Auto, or all of them. */
  function giveBack(field?: keyof TrainingSettings): void {
    if (!field) {
      changes.value = {}
      refused.value = new Map()
      return
    }
    accept([field])
    const { [field]: _dropped, ...rest } = changes.value
    changes.value = rest
  }

  async function start(): Promise<void> {
    const id = dataset.value?.datasetId
    if (id === undefined || job.running.value || refused.value.size > 0) return
    trainedOn.value = id
    await job.start(() => connection.api.startTraining({ datasetId: id, settings: changes.value }))
  }

  return {
    plan: plan.value,
    planFailure: plan.failure,
    planBusy: plan.busy,
    planAgain,
    settings,
    changes,
    refused,
    change,
    refuse,
    giveBack,
    running,
    shown,
    elsewhere,
    failure,
    cancelledEmpty,
    start,
  }
}

export type TrainingState = ReturnType<typeof useTraining>
