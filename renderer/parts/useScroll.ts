import { onBeforeUnmount, onMounted, type ShallowRef, shallowReactive } from 'vue'

/** Where an element is scrolled to and how large its inside is; follows scrolling and resizing. */
export function useScroll(element: Readonly<ShallowRef<HTMLElement | null>>) {
  const scroll = shallowReactive({ top: 0, left: 0, width: 0, height: 0 })
  let observer: ResizeObserver | null = null

  function measure(): void {
    const now = element.value
    if (!now) return
    scroll.top = now.scrollTop
    scroll.left = now.scrollLeft
    scroll.width = now.clientWidth
    scroll.height = now.clientHeight
  }
  onMounted(() => {
    measure()
    element.value?.addEventListener('scroll', measure, { passive: true })
    observer = new ResizeObserver(measure)
    if (element.value) observer.observe(element.value)
  })
  onBeforeUnmount(() => {
    element.value?.removeEventListener('scroll', measure)
    observer?.disconnect()
  })
  return scroll
}
