import { computed, shallowRef, watch } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { HealthFinding, WireFailure } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import type { DatasetState } from './useDataset.ts'

/** What the core found out about the columns of the data set on the table; found again whenever they change. */
export function useHealth(connection: Connection, { dataset }: Pick<DatasetState, 'dataset'>) {
  const found = shallowRef<{ datasetId: string; findings: readonly HealthFinding[] } | null>(null)
  const failure = shallowRef<WireFailure | null>(null)
  const busy = shallowRef(false)
  let asked = 0

  async function look(): Promise<void> {
    const datasetId = dataset.value?.datasetId
    const question = ++asked
    if (datasetId === undefined) return
    busy.value = true
    try {
      const findings = await connection.api.readHealth({ datasetId })
      // A late answer must not stand for columns that have changed since.
      if (question !== asked) return
      found.value = { datasetId, findings }
      failure.value = null
    } catch (thrown) {
      if (question === asked) failure.value = toWireFailure(thrown)
    } finally {
      if (question === asked) busy.value = false
    }
  }

  const columns = computed(() => {
    const now = dataset.value
    return now && JSON.stringify([now.datasetId, now.columns.map(({ type, role }) => [type, role])])
  })
  watch(columns, () => void look(), { immediate: true })

  /** Puts a finding right; `undo` of the project takes it back. */
  async function fix({ fix: chosen }: HealthFinding): Promise<void> {
    const datasetId = dataset.value?.datasetId
    if (datasetId === undefined || !chosen) return
    try {
      await connection.api.updateColumns({ datasetId, columns: chosen.columns })
      failure.value = null
    } catch (thrown) {
      failure.value = toWireFailure(thrown)
    }
  }

  return {
    findings: computed(() =>
      found.value?.datasetId === dataset.value?.datasetId ? (found.value?.findings ?? null) : null,
    ),
    failure,
    busy,
    look,
    fix,
  }
}

export type HealthState = ReturnType<typeof useHealth>
