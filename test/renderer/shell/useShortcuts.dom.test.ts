import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { useShortcuts } from '../../../renderer/shell/useShortcuts.ts'
import { useWorkbench } from '../../../renderer/state/useWorkbench.ts'
import { settled } from '../fakeConnection.ts'
import { mountStage } from '../mountStage.ts'
import { dataset } from '../records.ts'

let singleKeys = { value: true }
const listening = defineComponent({
  setup() {
    singleKeys = useShortcuts(useWorkbench()).singleKeys
    return () => h('main', [h('input', { 'data-testid': 'field' })])
  },
})
const press = (key: string, target: EventTarget = document.body, held: KeyboardEventInit = {}) =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, ...held, bubbles: true, cancelable: true }))

afterEach(() => {
  localStorage.clear()
  document.body.replaceChildren()
})

describe('keys of the whole window', () => {
  const opened = () =>
    mountStage(listening, {
      project: { datasets: [dataset()] },
      calls: { planTraining: () => new Promise(() => {}) },
    })

  it('open a stage and the help, but not from within a field', async () => {
    const { workbench, at, wrapper } = await opened()
    press('2', at('field').element)
    expect(workbench.stage.stage.value).toBe('import')
    press('2')
    expect(workbench.stage.stage.value).toBe('train')
    press('?')
    expect(workbench.helpOpen.value).toBe(true)
    wrapper.unmount()
  })

  it('can be turned off and stay off', async () => {
    const { workbench, wrapper } = await opened()
    singleKeys.value = false
    await settled()
    press('2')
    expect(workbench.stage.stage.value).toBe('import')
    expect(localStorage.getItem('residual.singleKeys')).toBe('off')
    wrapper.unmount()
  })

  it('take back the last edit and do it again, but not from within a field or in Train', async () => {
    const asked: string[] = []
    const answer = (name: string) => async () => {
      asked.push(name)
      return { what: 'role of heat', subject: { datasetId: 'd1' } }
    }
    const { workbench, at, wrapper } = await mountStage(listening, {
      project: { datasets: [dataset()], undoable: 'role of heat', redoable: 'role of speed' },
      calls: { undo: answer('undo'), redo: answer('redo'), planTraining: () => new Promise(() => {}) },
    })
    const steps = [{ ctrlKey: true }, { ctrlKey: true, shiftKey: true }] as const
    for (const held of steps) {
      press('z', at('field').element, held)
      press(held === steps[1] ? 'Z' : 'z', document.body, held)
      await settled()
    }
    expect(asked).toEqual(['undo', 'redo'])
    workbench.stage.open('train')
    for (const held of steps) press('z', document.body, held)
    await settled()
    expect(asked).toEqual(['undo', 'redo'])
    wrapper.unmount()
  })

  it('hear no more once the window is gone', async () => {
    const { workbench, wrapper } = await opened()
    wrapper.unmount()
    press('?')
    expect(workbench.helpOpen.value).toBe(false)
  })
})
