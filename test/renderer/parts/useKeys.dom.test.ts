import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { modifierOn } from '../../../renderer/parts/modifier.ts'
import { useKeys } from '../../../renderer/parts/useKeys.ts'

afterEach(() => {
  document.body.replaceChildren()
})

describe('keys of a stage', () => {
  it.each([
    ['input', 'Escape', false],
    ['select', 'Escape', false],
    ['button', 'Escape', true],
    ['p', 'Escape', true],
    ['button', 'Enter', false],
    ['p', 'Enter', true],
  ])('from a %s, %s is the stage’s: %s', (tag, key, heard) => {
    const pressed: string[] = []
    const stage = mount(
      defineComponent(() => {
        useKeys({ Escape: () => pressed.push('Escape'), Enter: () => pressed.push('Enter') })
        return () => h(tag)
      }),
      { attachTo: document.body },
    )
    stage.element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    expect(pressed).toEqual(heard ? [key] : [])
    stage.unmount()
  })
})

describe('the key that goes with letters', () => {
  it('is the Command sign on Apple machines', () => {
    expect(['MacIntel', 'iPad', 'Win32', 'Linux x86_64', ''].map(modifierOn)).toEqual([
      '⌘',
      '⌘',
      'Ctrl',
      'Ctrl',
      'Ctrl',
    ])
  })
})
