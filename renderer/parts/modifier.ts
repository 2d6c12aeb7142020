/** The key that goes with letters on this machine, as people read it there: Ctrl, or the Command sign. */
export function modifierOn(platform: string): 'Ctrl' | '⌘' {
  return /mac|iphone|ipad/i.test(platform) ? '⌘' : 'Ctrl'
}

export const modifier = modifierOn(globalThis.navigator?.platform ?? '')
