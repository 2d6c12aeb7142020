import { computed, shallowRef, watch } from 'vue'
import type {
  Flavour,
  Job,
  RunSummary,
  TrainingPlan,
  TrainingSettings,
  WireFailure,
} from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { type Conflict, findConflicts } from './training/conflicts.ts'
import { asAuto, type Field, useChoices } from './training/useChoices.ts'
import { useEstimate } from './training/useEstimate.ts'
import { useAsk } from './useAsk.ts'
import type { DatasetState } from './useDataset.ts'
import { useJob } from './useJob.ts'
import type { JobsState } from './useJobs.ts'

/** Milliseconds that a setting must stand still before the plan with it is asked for. */
const rest = 150

/** Auto's plan for the data set, what the person changed of it, what that leads to, and the training job. */
export function useTraining(
  connection: Connection,
  jobs: JobsState,
  { dataset }: DatasetState,
  trained: (runId: string) => Promise<void>,
) {
  const choices = useChoices()
  const { changes, seeds, refused } = choices
  /** Auto's plan for the chosen kind. */
  const auto = useAsk<TrainingPlan>()
  /** The plan with everything that the person chose. */
  const chosen = useAsk<TrainingPlan>()
  /** The data set that the training is of; null for one that was under way when the page connected. */
  const trainedOn = shallowRef<string | null>(null)

  /** What Train shows: how to train, or the runs side by side. */
  const view = shallowRef<'settings' | 'runs'>('settings')
  /** What the training under way does; null for one that was under way when the page connected. */
  const subject = shallowRef<Subject | null>(null)

  const job = useJob(jobs, async (ended: Job) => {
    const { status } = ended
    if (status.state !== 'done' && status.state !== 'cancelled') return
    if (status.result?.kind !== 'training') return
    const { runId, runIds } = status.result
    // What was paused is the last of its seeds: it is the one to go on with.
    await trained(status.state === 'cancelled' ? (runIds.at(-1) ?? runId) : runId)
  })

  const datasetId = computed(() => dataset.value?.datasetId)
  const flavour = computed(() => changes.value.flavour)
  // Roles and types decide the features, so a changed column asks for a new plan.
  const columnsKey = computed(() =>
    dataset.value?.columns.map((column) => `${column.type[0]}${column.role[0]}`).join(''),
  )

  async function planAgain(): Promise<void> {
    const id = datasetId.value
    if (id === undefined) return auto.clear()
    const settings = flavour.value && { flavour: plannable(flavour.value) }
    await auto.ask(() => connection.api.planTraining({ datasetId: id, ...(settings && { settings }) }))
  }
  watch(
    [datasetId, columnsKey, () => JSON.stringify(flavour.value)],
    async ([id], [before]) => {
      if (id !== before) {
        choices.forget()
        auto.clear()
      }
      chosen.clear()
      await planAgain()
    },
    { immediate: true },
  )

  /** Whether anything but the kind was changed; else Auto's plan is the plan. */
  const changed = computed(() => Object.keys(changes.value).some((name) => name !== 'flavour'))
  const ownNumbers = computed(
    () =>
      flavour.value !== undefined && JSON.stringify(flavour.value) !== JSON.stringify(asAuto(flavour.value)),
  )
  let resting: ReturnType<typeof setTimeout> | undefined
  watch([changes, auto.value, refused], () => {
    clearTimeout(resting)
    if (!changed.value || !auto.value.value || refused.value.size > 0) return chosen.clear()
    resting = setTimeout(() => {
      const id = datasetId.value
      const settings = { ...changes.value }
      if (settings.flavour) settings.flavour = plannable(settings.flavour)
      if (id !== undefined) void chosen.ask(() => connection.api.planTraining({ datasetId: id, settings }))
    }, rest)
  })

  // One that was under way when the page connected is followed like the page's own.
  watch(
    () => jobs.runningOf('training')?.jobId,
    (id) => {
      if (id === undefined || job.running.value) return
      trainedOn.value = null
      subject.value = null
      job.adopt(id)
    },
    { immediate: true },
  )
  const here = computed(() => trainedOn.value === null || trainedOn.value === datasetId.value)
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

  /** The seeds of the last training that were not begun when it was paused, if this is its last run. */
  const seedsLeftAfter = (runId: string): readonly number[] => {
    const status = job.job.value?.status
    if (status?.state !== 'cancelled' || status.result?.kind !== 'training') return []
    return status.result.runIds.at(-1) === runId ? (status.result.seedsLeft ?? []) : []
  }

  const settings = computed<TrainingSettings | null>(() => {
    const base = chosen.value.value ?? auto.value.value
    return base && { ...base.settings, ...filled(changes.value) }
  })
  const conflicts = computed<readonly Conflict[]>(() => {
    const plan = auto.value.value
    if (!settings.value || !plan || !dataset.value) return []
    const { columns } = dataset.value
    return findConflicts({ settings: settings.value, plan, columns, refusal: chosen.failure.value })
  })
  const hindered = computed(() => refused.value.size > 0 || conflicts.value.length > 0)
  const ready = computed(() => auto.value.value !== null && !hindered.value)
  const { estimate, estimateFailure, estimateBusy } = useEstimate(connection, () =>
    datasetId.value !== undefined && ready.value && !job.running.value && !chosen.busy.value
      ? { datasetId: datasetId.value, settings: changes.value }
      : null,
  )

  const underWay = computed<Subject | null>(() => {
    const plan = chosen.value.value ?? auto.value.value
    return plan && settings.value && { settings: settings.value, phases: plan.phases }
  })
  async function start(): Promise<void> {
    const id = datasetId.value
    if (id === undefined || job.running.value || hindered.value) return
    trainedOn.value = id
    subject.value = underWay.value
    const several = seeds.value && { seeds: seeds.value }
    await job.start(() =>
      connection.api.startTraining({ datasetId: id, settings: changes.value, ...several }),
    )
  }

  /** Brings the settings of a run into the choices; those that Auto has too for its kind stay Auto's. */
  async function use(own: TrainingSettings): Promise<void> {
    const id = datasetId.value
    if (id === undefined) return
    const flavour = plannable(own.flavour)
    // Without Auto's plan, such as where the columns are others by now, every setting counts as chosen.
    const plan = await connection.api.planTraining({ datasetId: id, settings: { flavour } }).catch(() => null)
    if (id !== datasetId.value) return
    const standing: Partial<Record<string, unknown>> = { ...plan?.settings }
    const chosen = Object.entries(own).filter(
      ([name, value]) => name === 'flavour' || JSON.stringify(value) !== JSON.stringify(standing[name]),
    )
    choices.replace(Object.fromEntries(chosen))
  }

  /** Goes on with a run that was paused; its result replaces the run. */
  async function resume({ runId, settings: own, phases }: RunSummary): Promise<void> {
    if (datasetId.value === undefined || job.running.value) return
    trainedOn.value = datasetId.value
    subject.value = { settings: own, phases }
    await job.start(() => connection.api.resumeTraining({ runId }))
  }

  /** Stops the training here; what it reached is scored, kept, and can be resumed. */
  function pause(): void {
    const now = shown.value
    if (now && !jobs.cancelling.value.has(now.jobId)) void jobs.cancel(now.jobId)
  }

  return {
    ...choices,
    undo: () => {
      if (!running.value) choices.undo()
    },
    plan: auto.value,
    planFailure: auto.failure,
    planBusy: auto.busy,
    planAgain,
    /** What Train will do as things stand. */
    outlook: computed(() => chosen.value.value ?? auto.value.value),
    outlookBusy: computed(() => auto.busy.value || chosen.busy.value),
    estimate,
    estimateFailure,
    estimateBusy,
    settings,
    conflicts,
    ready,
    anyChosen: computed(
      () => changed.value || ownNumbers.value || seeds.value !== null || refused.value.size > 0,
    ),
    /** Whether a setting is the person's, be it usable or not. */
    isChosen: (field: Field) =>
      field === 'seeds'
        ? seeds.value !== null || refused.value.has(field)
        : field in changes.value || refused.value.has(field),
    /** Why a setting must be changed before anything can be trained. */
    conflictAt: (field: Field) => conflicts.value.find(({ fields }) => fields[0] === field)?.sentence ?? null,
    view,
    running,
    /** What the training under way does, as far as it is known. */
    subject: computed(() => subject.value ?? underWay.value),
    shown,
    elsewhere,
    failure,
    cancelledEmpty,
    seedsLeftAfter,
    start,
    use,
    resume,
    pause,
  }
}

/** What is trained, and in which parts. */
type Subject = Pick<RunSummary, 'settings' | 'phases'>

/** A kind that the core can plan: without its context columns a conditional network is a variational one. */
function plannable(flavour: Flavour): Flavour {
  if (flavour.kind !== 'conditional' || flavour.context.length > 0) return flavour
  const { kind: _kind, context: _context, ...variational } = flavour
  return { kind: 'variational', ...variational }
}

/** Without what is null because Auto chooses it; null means "none" elsewhere. */
function filled({ code, copies, batchRows, ...rest }: Partial<TrainingSettings>): Partial<TrainingSettings> {
  const open = Object.entries({ code, copies, batchRows }).filter(([, value]) => typeof value === 'number')
  return { ...rest, ...Object.fromEntries(open) }
}

export type TrainingState = ReturnType<typeof useTraining>
