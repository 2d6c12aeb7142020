import { afterEach, describe, expect, it, vi } from 'vitest'
import RowTable from '../../../renderer/stages/import/RowTable.vue'
import type { Api } from '../../../src/contract/api.ts'
import type { RowPage } from '../../../src/contract/records.ts'
import { settled } from '../fakeConnection.ts'
import { mountStage } from '../mountStage.ts'
import { column, dataset } from '../records.ts'

const table = dataset({
  rows: 4,
  columns: [column({ name: 'speed' }), column({ name: 'kind', type: 'category', minimum: null })],
})
const all = [
  [3, 'pump'],
  [1, '=cmd()'],
  [2, 'valve'],
  [null, 'pump'],
] as const
const pageOf = (rows: readonly number[], columns: readonly string[]): RowPage => ({
  columns,
  rows,
  cells: rows.map((row) => columns.map((name) => all[row]?.[name === 'speed' ? 0 : 1] ?? null)),
  total: rows.length,
})

async function shown(openView?: Api['openView']) {
  const asked: Parameters<Api['openView']>[0][] = []
  const order = [0, 1, 2, 3]
  const mounted = await mountStage(RowTable, {
    project: { datasets: [table] },
    props: { dataset: table },
    calls: {
      openView:
        openView ??
        (async (input) => {
          asked.push(input)
          return { viewId: `v${asked.length}`, first: pageOf(order, input.columns), total: 4, jobId: null }
        }),
      readViewRows: async ({ from, to, columns }) => pageOf(order.slice(from, to), columns),
      findViewRow: async ({ row }) => ({ position: row === 3 ? null : row }),
    },
  })
  await settled()
  return { ...mounted, asked }
}
afterEach(() => {
  document.body.replaceChildren()
})

describe('the table of rows', () => {
  it('shows the first rows of the view in the columns in view, with missing cells told', async () => {
    const { wrapper, asked } = await shown()
    expect(asked[0]?.view).toEqual({ sort: null, filters: [], search: '' })
    const rows = wrapper.findAll('[data-testid="data-row"]').map((row) => row.text())
    // The second column is beyond a window without a width.
    expect(rows).toEqual(['13', '21', '32', '4–missing'])
  })

  it('sorts up, down and not at all by the head of a column', async () => {
    const { wrapper, asked } = await shown()
    const sort = wrapper.findAll('[data-testid="sort"]')[0]
    for (let press = 0; press < 3; press++) {
      await sort?.trigger('click')
      await settled()
    }
    expect(asked.slice(1).map(({ view }) => view.sort)).toEqual([
      { column: 'speed', descending: false },
      { column: 'speed', descending: true },
      null,
    ])
  })

  it('adds a typed filter, says it in words and takes it off', async () => {
    const { wrapper, asked, at } = await shown()
    await at('filter-from').setValue('1.5')
    await wrapper.find('[aria-label="Filter rows"]').trigger('submit')
    await settled()
    expect(asked.at(-1)?.view.filters).toEqual([{ kind: 'range', column: 'speed', from: 1.5, to: null }])
    expect(wrapper.text()).toContain('speed ≥ 1.5')
    await at('filter-remove').trigger('click')
    await settled()
    expect(asked.at(-1)?.view.filters).toEqual([])
  })

  it('goes to a row, and says when it is filtered out or not there', async () => {
    const { wrapper, at } = await shown()
    const go = async (text: string) => {
      await at('go-to-row').setValue(text)
      await at('go-to-row').element.closest('form')?.dispatchEvent(new Event('submit'))
      await settled()
      return at('row-outcome').text()
    }
    expect(await go('3')).toBe('')
    expect(wrapper.find('[aria-selected="true"]').attributes('data-index')).toBe('2')
    expect(await go('4')).toBe('Row 4 is filtered out.')
    expect(await go('5')).toBe('There are 4 rows.')
  })

  it('copies the rows from one to the other with every column, formulas made harmless', async () => {
    const writeText = vi.fn(async () => undefined)
    vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText } })
    const { wrapper, at } = await shown()
    const rows = wrapper.findAll('[data-testid="data-row"]')
    await rows[1]?.trigger('click')
    await rows[2]?.trigger('click', { shiftKey: true })
    await at('copy-rows').trigger('click')
    await settled()
    vi.unstubAllGlobals()
    expect(writeText).toHaveBeenCalledWith(`speed\tkind\n1\t"'=cmd()"\n2\tvalve`)
    expect(at('row-outcome').text()).toBe('Copied 2 rows.')
  })

  it('tells what is known of a column while its head is pointed at', async () => {
    const { wrapper, at } = await shown()
    await wrapper.findAll('[data-testid="sort"]')[0]?.trigger('mouseenter')
    expect(at('column-facts').text()).toContain('Mean4.5')
    await wrapper.findAll('[data-testid="sort"]')[0]?.trigger('mouseleave')
    expect(at('column-facts').exists()).toBe(false)
  })
})
