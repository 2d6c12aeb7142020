import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import ConfirmButton from '../../../renderer/parts/ConfirmButton.vue'

afterEach(() => {
  document.body.replaceChildren()
})

describe('a question before something is deleted', () => {
  it('is answered for what it was asked about, whatever the page shows by then', async () => {
    const button = mount(ConfirmButton, {
      attachTo: document.body,
      props: {
        label: 'Delete run',
        title: 'Delete?',
        consequence: 'Run r1 is gone.',
        confirm: 'Delete it',
        subject: 'r1',
      },
    })
    await button.find('[data-testid="delete"]').trigger('click')
    await nextTick()
    await button.setProps({ subject: 'r2', consequence: 'Run r2 is gone.' })
    expect(document.querySelector('[role="dialog"]')?.textContent).toContain('Run r1 is gone.')
    document.querySelector<HTMLButtonElement>('[data-testid="confirm"]')?.click()
    expect(button.emitted('confirmed')).toEqual([['r1']])
    button.unmount()
  })
})
