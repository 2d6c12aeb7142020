import { computed, shallowRef, watch } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { Column, ColumnChoice, Dataset, WireFailure } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { pushStep, type Step } from './undo.ts'
import type { ProjectState } from './useProject.ts'

/** The data set on the table: which one, its columns' types and roles, and the way back from a change. */
export function useDataset(
  connection: Connection,
  { datasets, reread }: ProjectState,
  first: string | null = null,
) {
  const datasetId = shallowRef<string | null>(first)
  /** Data sets that this page deleted, or is about to. */
  const removed = new Set<string>()
  const changed = shallowRef<Dataset | null>(null)
  const failures = shallowRef<ReadonlyMap<string, WireFailure>>(new Map())
  const pending = shallowRef<ReadonlySet<string>>(new Set())
  const deleteFailure = shallowRef<WireFailure | null>(null)
  const steps = shallowRef<readonly Step[]>([])

  const dataset = computed<Dataset | null>(() => {
    const known = datasets.value.find((one) => one.datasetId === datasetId.value) ?? datasets.value[0] ?? null
    return known && changed.value?.datasetId === known.datasetId ? changed.value : known
  })

  // What the project says is newer than the answer kept from a change.
  watch(datasets, () => {
    changed.value = null
  })
  watch(
    () => dataset.value?.datasetId,
    () => {
      failures.value = new Map()
      steps.value = []
    },
  )

  function setFailure(name: string, failure: WireFailure | null): void {
    const next = new Map(failures.value)
    if (failure) next.set(name, failure)
    else next.delete(name)
    failures.value = next
  }

  async function apply(id: string, name: string, choice: ColumnChoice): Promise<boolean> {
    pending.value = new Set(pending.value).add(name)
    try {
      changed.value = await connection.api.updateColumns({ datasetId: id, columns: { [name]: choice } })
      setFailure(name, null)
      return true
    } catch (thrown) {
      setFailure(name, toWireFailure(thrown))
      return false
    } finally {
      const next = new Set(pending.value)
      next.delete(name)
      pending.value = next
    }
  }

  /** Changes a column's type or role; a refusal stays at the column, a change can be undone. */
  async function changeColumn(column: Column, choice: ColumnChoice): Promise<void> {
    const id = dataset.value?.datasetId
    if (id === undefined || !(await apply(id, column.name, choice))) return
    const before: ColumnChoice = { type: column.type, role: column.role }
    steps.value = pushStep(steps.value, {
      label: `${choice.type ? 'type' : 'role'} of ${column.name}`,
      undo: async () => {
        await apply(id, column.name, before)
      },
    })
  }

  async function undo(): Promise<void> {
    const last = steps.value.at(-1)
    if (!last) return
    steps.value = steps.value.slice(0, -1)
    await last.undo()
  }

  async function remove(id: string): Promise<void> {
    removed.add(id)
    try {
      await connection.api.deleteDataset({ datasetId: id })
      deleteFailure.value = null
      if (datasetId.value === id) datasetId.value = null
      await reread()
    } catch (thrown) {
      removed.delete(id)
      deleteFailure.value = toWireFailure(thrown)
    }
  }

  return {
    dataset,
    failures,
    pending,
    deleteFailure,
    lastStep: computed(() => steps.value.at(-1) ?? null),
    select: (id: string) => {
      datasetId.value = id
    },
    changeColumn,
    dismissFailure: (name: string) => setFailure(name, null),
    undo,
    remove,
    /** Whether a data set is gone, and not by this page's doing. */
    isGoneElsewhere: (id: string) => !removed.has(id) && !datasets.value.some((one) => one.datasetId === id),
  }
}

export type DatasetState = ReturnType<typeof useDataset>
