import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { Project, Threshold } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { useAsk } from './useAsk.ts'

/** The project as the core last told it; read again whenever it changed or the pipe was renewed. */
export function useProject(connection: Connection) {
  const { value: project, failure, busy, ask } = useAsk<Project>()
  /** Counts the questions; the record on hand answers the latest one that was answered at all. */
  const asked = shallowRef(0)
  const reread = () => {
    asked.value += 1
    return ask(() => connection.api.readProject({}))
  }

  const stops = [
    connection.on('projectChanged', () => void reread()),
    connection.on('coreRestarted', (notice) => {
      if (notice.working) void reread()
    }),
    watch(
      connection.link,
      (link) => {
        if (link === 'open') void reread()
      },
      { immediate: true },
    ),
  ]
  onScopeDispose(() => {
    for (const stop of stops) stop()
  })

  /** Puts a threshold that the core has kept into the record, which was read before. */
  function keepThreshold(runId: string, threshold: Threshold): void {
    const record = project.value
    if (!record) return
    const runs = record.runs.map((run) => (run.runId === runId ? { ...run, threshold } : run))
    project.value = { ...record, runs }
  }

  return {
    project,
    failure,
    busy,
    reread,
    asked,
    keepThreshold,
    datasets: computed(() => project.value?.datasets ?? []),
    runs: computed(() => project.value?.runs ?? []),
  }
}

export type ProjectState = ReturnType<typeof useProject>
