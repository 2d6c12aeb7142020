import { computed, shallowRef, watch } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type {
  Cell,
  Dataset,
  OpenedView,
  RowFilter,
  RowView,
  WireFailure,
} from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { useAsk } from './useAsk.ts'
import type { JobsState } from './useJobs.ts'
import { usePages } from './usePages.ts'

interface ViewRow {
  /** Its number in the file, from 0. */
  readonly row: number
  readonly cells: readonly Cell[]
}

const everything: RowView = { sort: null, filters: [], search: '' }
/** Rows of one call: two or three fill a screen, and scattered rows cost by their number. */
const pageRows = 64
/** Columns of one call, so that a wide table is read where it is looked at. */
const blockColumns = 12
/** Pages are numbered across blocks of columns: more rows than any table has, and whole pages of them. */
const blockStride = 2 ** 32

/**
 * The rows of a data set as they are looked at: sort, filters and search, and the cells of the columns in view.
 * @param dataset the table; another one starts with every row in file order
 */
export function useView(connection: Connection, jobs: JobsState, dataset: () => Dataset) {
  const view = shallowRef<RowView>(everything)
  const opening = useAsk<OpenedView>()
  const pages = usePages<ViewRow>()
  const total = shallowRef<number | null>(null)
  const countFailure = shallowRef<WireFailure | null>(null)
  const shown = shallowRef({ first: 0, last: blockColumns })

  const blocks = computed(() => {
    const from = Math.floor(shown.value.first / blockColumns)
    const to = Math.ceil(shown.value.last / blockColumns)
    return Array.from({ length: Math.max(1, to - from) }, (_, step) => from + step)
  })
  const namesOf = (block: number): string[] =>
    dataset()
      .columns.slice(block * blockColumns, (block + 1) * blockColumns)
      .map(({ name }) => name)

  async function open(): Promise<void> {
    const { datasetId, rows } = dataset()
    const read = blocks.value
    countFailure.value = null
    const question = { datasetId, view: view.value, columns: read.flatMap(namesOf), rows: pageRows }
    const opened = await opening.ask(() => connection.api.openView(question))
    if (!opened) return
    const { viewId, first } = opened
    total.value = opened.total
    pages.reset({
      pageRows,
      async read(from, to) {
        const block = Math.floor(from / blockStride)
        const start = from % blockStride
        const at = read.indexOf(block)
        if (start === 0 && at >= 0) {
          return rowsOf(
            first.rows,
            first.cells.map((cells) => cells.slice(at * blockColumns, (at + 1) * blockColumns)),
          )
        }
        const range = { from: start, to: Math.min(rows, start + (to - from)) }
        const page = await connection.api.readViewRows({ viewId, ...range, columns: namesOf(block) })
        return rowsOf(page.rows, page.cells)
      },
    })
    if (opened.total === null) await count(viewId)
  }

  /** Waits for the whole order of a view, and with it the number of its rows. */
  async function count(viewId: string): Promise<void> {
    const isNow = () => opening.value.value?.viewId === viewId
    try {
      const page = await connection.api.readViewRows({ viewId, from: 0, to: 0, columns: [] })
      if (isNow()) total.value = page.total
    } catch (thrown) {
      if (isNow()) countFailure.value = toWireFailure(thrown)
    }
  }

  function change(next: Partial<RowView>): void {
    view.value = { ...view.value, ...next }
    void open()
  }
  /** Up, then down, then file order again. */
  function sortBy(column: string): void {
    const { sort } = view.value
    if (sort?.column !== column) change({ sort: { column, descending: false } })
    else change({ sort: sort.descending ? null : { column, descending: true } })
  }

  /** Rows that can be shown now: those of the first page while the others are counted. */
  const rowsHere = computed(() => total.value ?? opening.value.value?.first.rows.length ?? 0)

  function showRows(from: number, to: number): void {
    for (const block of blocks.value) pages.show(block * blockStride + from, block * blockStride + to)
  }
  function rowAt(
    index: number,
  ): { readonly row: number; readonly cells: readonly (Cell | undefined)[] } | null {
    const cells: (Cell | undefined)[] = []
    let row: number | null = null
    for (const block of blocks.value) {
      const part = pages.row(block * blockStride + index)
      if (!part) continue
      row = part.row
      for (const [at, cell] of part.cells.entries()) cells[block * blockColumns + at] = cell
    }
    return row === null ? null : { row, cells }
  }

  // Not the record itself: it is renewed whenever the project is read again, and the rows need not be.
  const shape = () => [dataset().datasetId, ...dataset().columns.map((column) => column.type)].join(' ')
  watch(
    () => dataset().datasetId,
    () => {
      view.value = everything
    },
    { flush: 'sync' },
  )
  watch(shape, open, { immediate: true })
  // The core keeps the last few views, and none when it was started again.
  watch(pages.failure, (failure) => {
    if (failure?.code === 'not-found') void open()
  })

  const job = computed(() => {
    const id = opening.value.value?.jobId ?? null
    const found = id === null ? undefined : jobs.jobs.value.get(id)
    return found?.status.state === 'running' ? found : null
  })
  return {
    view,
    total,
    rowsHere,
    job,
    busy: opening.busy,
    failure: computed(() => opening.failure.value ?? countFailure.value ?? pages.failure.value),
    version: pages.version,
    open,
    sortBy,
    /** The view that the rows on screen are of; another one than `view` while that is being opened. */
    viewId: computed(() => opening.value.value?.viewId ?? null),
    // A field of the browser may say so twice.
    search: (search: string) => {
      if (search !== view.value.search) change({ search })
    },
    addFilter: (filter: RowFilter) => change({ filters: [...view.value.filters, filter] }),
    removeFilter: (index: number) =>
      change({ filters: view.value.filters.filter((_, place) => place !== index) }),
    clear: () => change(everything),
    showColumns: (first: number, last: number) => {
      shown.value = { first, last }
    },
    showRows,
    rowAt,
    /** Where a row of the file stands in the view now; null where it is filtered out. */
    async find(row: number): Promise<number | null> {
      const viewId = opening.value.value?.viewId
      return viewId === undefined ? null : (await connection.api.findViewRow({ viewId, row })).position
    },
    /** Rows of the view with every column, for copying. */
    async readWhole(from: number, to: number): Promise<readonly (readonly Cell[])[]> {
      const viewId = opening.value.value?.viewId
      if (viewId === undefined) return []
      const columns = dataset().columns.map(({ name }) => name)
      return (await connection.api.readViewRows({ viewId, from, to, columns })).cells
    },
  }
}

const rowsOf = (rows: readonly number[], cells: readonly (readonly Cell[])[]): ViewRow[] =>
  rows.map((row, index) => ({ row, cells: cells[index] ?? [] }))

export type ViewState = ReturnType<typeof useView>
