import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import DataGrid from '../../../renderer/parts/DataGrid.vue'

const columns = [
  { name: 'speed', align: 'end', width: 100 },
  { name: 'note', align: 'start', width: 100 },
] as const

function drawn(props: Record<string, unknown> = {}) {
  return mount(DataGrid, {
    attachTo: document.body,
    props: {
      label: 'Rows',
      columns,
      total: 1_000_000,
      cellsAt: (index: number) => (index === 2 ? null : [index, index === 1 ? null : 'x']),
      rowTestid: 'row',
      ...props,
    },
  })
}
afterEach(() => {
  document.body.replaceChildren()
})

describe('a grid of a million rows', () => {
  it('draws the first ones only and asks for them', () => {
    const grid = drawn()
    const rows = grid.findAll('[data-testid="row"]')
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.length).toBeLessThan(100)
    expect(grid.emitted('show')?.[0]).toEqual([0, rows.length])
    expect(grid.attributes('aria-rowcount')).toBe('1000001')
  })

  it('tells a missing cell from a text, and shows a row that is not here as empty', () => {
    const rows = drawn().findAll('[data-testid="row"]')
    expect(rows[0]?.text()).toBe('0x')
    expect(rows[1]?.text()).toBe('1–missing')
    expect(rows[2]?.text()).toBe('')
  })

  it('has one row that Tab reaches, and keys that move from it', async () => {
    const grid = drawn({ active: null })
    const stops = () => grid.findAll('[tabindex="0"]').map((row) => row.attributes('data-index'))
    expect(stops()).toEqual(['0'])
    await grid.find('[data-index="0"]').trigger('keydown', { key: 'ArrowDown' })
    expect(grid.emitted('move')).toEqual([[1, false]])
    await grid.setProps({ active: 1 })
    expect(stops()).toEqual(['1'])
    await grid.find('[data-index="1"]').trigger('keydown', { key: 'Enter' })
    expect(grid.emitted('open')).toEqual([[1]])
    await grid.find('[data-index="1"]').trigger('keydown', { key: 'End' })
    expect(grid.emitted('move')?.at(-1)).toEqual([999_999, false])
  })

  it('moves the focus with the active row, but does not steal it', async () => {
    const grid = drawn({ active: 0 })
    await grid.setProps({ active: 3 })
    await nextTick()
    expect(document.activeElement).toBe(document.body)
    ;(grid.find('[data-index="3"]').element as HTMLElement).focus()
    await grid.setProps({ active: 4 })
    await nextTick()
    expect(document.activeElement?.getAttribute('data-index')).toBe('4')
  })

  it('keeps the active row in the page when it is far away', () => {
    const grid = drawn({ active: 500_000 })
    expect(grid.find('[data-index="500000"]').exists()).toBe(true)
  })

  it('is a plain table where rows cannot be chosen', () => {
    const grid = drawn()
    expect([grid.attributes('role'), grid.attributes('tabindex')]).toEqual(['table', '0'])
    expect(grid.find('[aria-selected]').exists()).toBe(false)
  })
})
