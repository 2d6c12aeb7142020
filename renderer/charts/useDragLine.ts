import type { ShallowRef } from 'vue'

/** A line on a plot that a hand moves. Fractions run from 0 at the plot's left edge to 1 at its right. */
interface DragLine {
  /** Where the plot lies inside the surface, in CSS pixels. */
  plot(): { readonly left: number; readonly width: number }
  fraction(): number
  moveTo(fraction: number): void
  release(): void
}

/** Pixels beside the line at which it is taken where it stands; further off it jumps to the pointer. */
const near = 10

const steps: Readonly<Record<string, number>> = {
  ArrowRight: 0.005,
  ArrowUp: 0.005,
  ArrowLeft: -0.005,
  ArrowDown: -0.005,
  PageUp: 0.05,
  PageDown: -0.05,
}

/** Pointer and keys for a line that can be taken anywhere on its surface. */
export function useDragLine(
  surface: Readonly<ShallowRef<HTMLElement | null>>,
  slider: Readonly<ShallowRef<HTMLElement | null>>,
  line: DragLine,
) {
  let grabbedAt: number | null = null

  function follow(event: PointerEvent): void {
    if (grabbedAt === null || !surface.value) return
    const { left, width } = line.plot()
    const x = event.clientX - grabbedAt - surface.value.getBoundingClientRect().left
    line.moveTo(Math.min(1, (x - left) / width))
  }

  function grab(event: PointerEvent): void {
    if (event.button !== 0 || !surface.value) return
    const { left, width } = line.plot()
    const x = event.clientX - surface.value.getBoundingClientRect().left
    const offset = x - (left + line.fraction() * width)
    const takenWhereItStands = Math.abs(offset) <= near
    grabbedAt = takenWhereItStands ? offset : 0
    surface.value.setPointerCapture(event.pointerId)
    slider.value?.focus({ preventScroll: true })
    event.preventDefault()
    if (!takenWhereItStands) follow(event)
  }

  function release(): void {
    if (grabbedAt === null) return
    grabbedAt = null
    line.release()
  }

  /** Arrows move a little (with Shift less), Page keys a lot, Home and End all the way. */
  function onKeydown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = steps[event.key]
    if (step !== undefined) line.moveTo(line.fraction() + (event.shiftKey ? step / 5 : step))
    else if (event.key === 'Home') line.moveTo(0)
    else if (event.key === 'End') line.moveTo(Number.POSITIVE_INFINITY)
    else return
    event.preventDefault()
  }

  return { grab, follow, release, onKeydown }
}
