import { onScopeDispose, shallowRef } from 'vue'

/** Files dropped anywhere on the window. `hovering` is true while files are held over it. */
export function useDrop(dropped: (transfer: DataTransfer) => void) {
  const hovering = shallowRef(false)
  let depth = 0
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false

  const handlers: { [Name in 'dragenter' | 'dragover' | 'dragleave' | 'drop']: (event: DragEvent) => void } =
    {
      dragenter(event) {
        if (!hasFiles(event)) return
        event.preventDefault()
        depth += 1
        hovering.value = true
      },
      dragover(event) {
        // Without this the browser would open the file instead of the page taking it.
        event.preventDefault()
        if (event.dataTransfer) event.dataTransfer.dropEffect = hasFiles(event) ? 'copy' : 'none'
      },
      dragleave(event) {
        if (!hasFiles(event)) return
        depth = Math.max(0, depth - 1)
        hovering.value = depth > 0
      },
      drop(event) {
        event.preventDefault()
        depth = 0
        hovering.value = false
        if (event.dataTransfer) dropped(event.dataTransfer)
      },
    }
  const names = ['dragenter', 'dragover', 'dragleave', 'drop'] as const
  for (const name of names) window.addEventListener(name, handlers[name])
  onScopeDispose(() => {
    for (const name of names) window.removeEventListener(name, handlers[name])
  })
  return hovering
}
