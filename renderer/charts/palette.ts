import { computed, type InjectionKey, inject, type ShallowRef, shallowRef } from 'vue'

/** Whether the dark scheme is on; charts draw again when it changes. */
export const darkKey: InjectionKey<Readonly<ShallowRef<boolean>>> = Symbol('dark')

const names = ['surface', 'ink', 'ink-soft', 'ink-faint', 'line', 'accent', 'alarm', 'bar'] as const
export type Palette = Readonly<Record<(typeof names)[number], string>>

/** The colours of the style sheet for drawing on a canvas, which knows no CSS variables. */
export function usePalette() {
  const dark = inject(darkKey, shallowRef(false))
  return computed<Palette>(() => {
    void dark.value
    const style = getComputedStyle(document.documentElement)
    const entries = names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()] as const)
    return Object.fromEntries(entries) as Palette
  })
}
