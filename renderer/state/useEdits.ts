import { computed, shallowRef } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { Connection } from './connection.ts'
import type { NoticesState } from './useNotices.ts'
import type { ProjectState } from './useProject.ts'
import type { ThresholdState } from './useThreshold.ts'

/** The way back from changes of columns and thresholds, which the project keeps. */
export function useEdits(
  connection: Connection,
  { project, reread }: Pick<ProjectState, 'project' | 'reread'>,
  threshold: Pick<ThresholdState, 'keep'>,
  notices: Pick<NoticesState, 'say'>,
) {
  const busy = shallowRef(false)
  /** What was done last, for those who hear the window. */
  const told = shallowRef('')

  async function step(direction: 'undo' | 'redo'): Promise<void> {
    if (busy.value) return
    busy.value = true
    try {
      // A line that was just moved is an edit too, though the core may not have heard of it.
      await threshold.keep()
      const { what } = await connection.api[direction]({})
      told.value = `${direction === 'undo' ? 'Taken back' : 'Done again'}: ${what}`
      await reread()
    } catch (thrown) {
      const { code, message } = toWireFailure(thrown)
      // Nothing to take back is no news: the key was pressed once too often.
      if (code !== 'not-found') notices.say('alarm', message)
    } finally {
      busy.value = false
    }
  }

  return {
    undoable: computed(() => project.value?.undoable ?? null),
    redoable: computed(() => project.value?.redoable ?? null),
    busy,
    told,
    undo: () => step('undo'),
    redo: () => step('redo'),
  }
}

export type EditsState = ReturnType<typeof useEdits>
