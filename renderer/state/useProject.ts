import { computed, onScopeDispose, watch } from 'vue'
import type { Project } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { useAsk } from './useAsk.ts'

/** The project as the core last told it; read again whenever it changed or the pipe was renewed. */
export function useProject(connection: Connection) {
  const { value: project, failure, busy, ask } = useAsk<Project>()
  const reread = () => ask(() => connection.api.readProject({}))

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

  return {
    project,
    failure,
    busy,
    reread,
    datasets: computed(() => project.value?.datasets ?? []),
    runs: computed(() => project.value?.runs ?? []),
  }
}

export type ProjectState = ReturnType<typeof useProject>
