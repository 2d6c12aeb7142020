import { computed, shallowRef, watch } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { Column, ColumnChoice, Dataset, WireFailure } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import type { ProjectState } from './useProject.ts'

/** The data set on the table: which one, its columns' types and roles. */
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
    },
  )

  function setFailure(name: string, failure: WireFailure | null): void {
    const next = new Map(failures.value)
    if (failure) next.set(name, failure)
    else next.delete(name)
    failures.value = next
  }

  /** Changes a column's type or role; a refusal stays at the column. */
  async function changeColumn({ name }: Pick<Column, 'name'>, choice: ColumnChoice): Promise<void> {
    const id = dataset.value?.datasetId
    if (id === undefined) return
    pending.value = new Set(pending.value).add(name)
    try {
      changed.value = await connection.api.updateColumns({ datasetId: id, columns: { [name]: choice } })
      setFailure(name, null)
    } catch (thrown) {
      setFailure(name, toWireFailure(thrown))
    } finally {
      const next = new Set(pending.value)
      next.delete(name)
      pending.value = next
    }
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
    select: (id: string) => {
      datasetId.value = id
    },
    changeColumn,
    dismissFailure: (name: string) => setFailure(name, null),
    remove,
    /** Whether a data set is gone, and not by this page's doing. */
    isGoneElsewhere: (id: string) => !removed.has(id) && !datasets.value.some((one) => one.datasetId === id),
  }
}

export type DatasetState = ReturnType<typeof useDataset>
