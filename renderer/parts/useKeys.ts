import { onBeforeUnmount, onMounted } from 'vue'
import { dialogOpen } from './dialogOpen.ts'

/**
 * Keys of the stage on screen, while no control claims them: a focused button keeps Enter, a field keeps
 * everything, a dialog keeps Escape.
 */
export function useKeys(keys: Readonly<Record<string, () => void>>): void {
  function onKeydown(event: KeyboardEvent): void {
    const act = keys[event.key]
    if (!act || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (dialogOpen()) return
    const target = event.target instanceof HTMLElement ? event.target : null
    const claimed =
      event.key === 'Escape' ? null : target?.closest('button, a, input, select, textarea, [role="grid"]')
    if (claimed) return
    event.preventDefault()
    act()
  }
  onMounted(() => window.addEventListener('keydown', onKeydown))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKeydown))
}
