import { onScopeDispose, shallowRef, watch } from 'vue'
import { dialogOpen } from '../parts/dialogOpen.ts'
import { stages } from '../state/useStage.ts'
import type { Workbench } from '../state/useWorkbench.ts'
import { pastedFile, takesLetters, takesText } from './files.ts'

const storageKey = 'residual.singleKeys'

/** Keys of the whole window. Keys without Ctrl can be turned off, for people who speak to their computer. */
export function useShortcuts(workbench: Workbench) {
  const singleKeys = shallowRef(localStorage.getItem(storageKey) !== 'off')
  watch(singleKeys, (on) => localStorage.setItem(storageKey, on ? 'on' : 'off'))

  function onKeydown(event: KeyboardEvent): void {
    if (event.defaultPrevented || takesText(event.target) || dialogOpen()) return
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') {
      event.preventDefault()
      // In Train the keys belong to its settings; Undo in the title bar is the project's everywhere.
      if (workbench.stage.stage.value !== 'train') {
        void (event.shiftKey ? workbench.edits.redo() : workbench.edits.undo())
      } else if (!event.shiftKey) workbench.training.undo()
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !singleKeys.value) return
    if (takesLetters(event.target)) return
    const stage = stages[Number(event.key) - 1]
    if (stage) workbench.stage.open(stage)
    else if (event.key === '?') workbench.helpOpen.value = true
    else return
    event.preventDefault()
  }

  function onPaste(event: ClipboardEvent): void {
    if (takesText(event.target) || dialogOpen()) return
    const text = event.clipboardData?.getData('text/plain') ?? ''
    if (text.trim() === '') return
    event.preventDefault()
    workbench.stage.open('import')
    void workbench.importing.take(pastedFile(text))
  }

  window.addEventListener('keydown', onKeydown)
  window.addEventListener('paste', onPaste)
  onScopeDispose(() => {
    window.removeEventListener('keydown', onKeydown)
    window.removeEventListener('paste', onPaste)
  })
  return { singleKeys }
}
