import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import TabBar from '../../../renderer/parts/TabBar.vue'

describe('tabs', () => {
  it('move with the arrows and around the end', async () => {
    const bar = mount(TabBar, {
      props: {
        label: 'Data set',
        panel: 'panel',
        modelValue: 'rows',
        tabs: [
          { name: 'columns', title: 'Columns' },
          { name: 'rows', title: 'Rows' },
        ],
      },
    })
    expect(bar.find('[aria-selected="true"]').text()).toBe('Rows')
    await bar.trigger('keydown', { key: 'ArrowRight' })
    await bar.trigger('keydown', { key: 'a' })
    expect(bar.emitted('update:modelValue')).toEqual([['columns']])
  })
})
