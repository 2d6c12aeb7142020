import { onBeforeUnmount, onMounted } from 'vue'
import { dialogOpen } from './dialogOpen.ts'

const claimers = 'button, a, input, select, textarea, [role="grid"]'
/** Where Escape means this field: leave it as it is, close its list. */
const escapeClaimers =
  'input:not([type=radio], [type=checkbox], [type=file]), select, textarea, [contenteditable]'

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
    if (target?.closest(event.key === 'Escape' ? escapeClaimers : claimers)) return
    event.preventDefault()
    act()
  }
  onMounted(() => window.addEventListener('keydown', onKeydown))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKeydown))
}
