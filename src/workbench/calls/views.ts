import type { ViewCalls } from '../../contract/calls/views.ts'
import type { Dataset, RowPage } from '../../contract/records.ts'
import { readCells, readRowPage } from '../../pipeline/dataset/pages.ts'
import { readDataset } from '../../pipeline/dataset/store.ts'
import { storedKinds } from '../../pipeline/dataset/vectors.ts'
import { orderQuery } from '../../pipeline/dataset/viewQuery.ts'
import { readOrder } from '../../pipeline/dataset/views.ts'
import type { Context } from '../context.ts'
import { createViews } from '../views.ts'

/** From here on an order takes seconds, so that it is a job with progress and a cancel. */
const jobRows = 2_000_000

/** Calls about rows as they are looked at; `close` ends the ordering that still runs. */
export function viewCalls({ database, jobs }: Pick<Context, 'database' | 'jobs'>): {
  readonly calls: ViewCalls
  close(): Promise<void>
} {
  const views = createViews()
  /** The job that orders a large table now, and its ordering. */
  let large: { readonly jobId: string; readonly order: Promise<unknown> } | null = null

  /** Orders a large table as a job, in the place of one that still runs. */
  async function orderAsJob(dataset: Dataset, query: string) {
    while (large !== null) {
      jobs.cancel(large.jobId)
      await large.order.catch(() => undefined)
      // The job ends a few turns after its work.
      await new Promise((turn) => setImmediate(turn))
    }
    const stop = new AbortController()
    let tell: (share: number | null) => void = () => undefined
    const onProgress = (share: number | null) => tell(share)
    const order = readOrder(database, dataset, query, { signal: stop.signal, onProgress })
    const viewId = views.add({ dataset, order, stop })
    const jobId = jobs.start({
      kind: 'view',
      title: `Put the rows of ${dataset.name} into order`,
      async work({ signal, report }) {
        signal.addEventListener('abort', () => stop.abort())
        tell = (progress) => report({ phase: 'Sorting and filtering', progress })
        await order
        return { result: { kind: 'view', viewId } }
      },
      ended() {
        large = null
      },
    })
    large = { jobId, order }
    return { viewId, jobId }
  }

  async function pageOf(
    dataset: Dataset,
    rows: readonly number[],
    columns: readonly string[],
    total: number,
  ) {
    const { cells } = await readCells(database, dataset, rows, columns)
    const page: RowPage = { columns, rows, cells, total }
    return page
  }

  const calls: ViewCalls = {
    async openView({ datasetId, view, columns, rows }) {
      const dataset = await readDataset(database, datasetId)
      const kinds = await database.withConnection((connection) => storedKinds(connection, dataset))
      const query = orderQuery(dataset, kinds, view)
      const stop = new AbortController()
      if (query === null) {
        const first = await readRowPage(database, dataset, { from: 0, to: rows }, columns)
        const viewId = views.add({ dataset, order: Promise.resolve(null), stop })
        return { viewId, first, total: dataset.rows, jobId: null }
      }
      // The first rows need no whole order; while they are read nothing else should hold the threads.
      const foremost = await readOrder(database, dataset, `${query} LIMIT ${rows}`)
      const known = view.filters.length === 0 && view.search.trim() === '' ? dataset.rows : null
      const total = foremost.length < rows ? foremost.length : known
      const first = await pageOf(dataset, [...foremost], columns, total ?? foremost.length)
      if (foremost.length < rows) {
        const viewId = views.add({ dataset, order: Promise.resolve(foremost), stop })
        return { viewId, first, total, jobId: null }
      }
      if (dataset.rows >= jobRows) return { ...(await orderAsJob(dataset, query)), first, total }
      const order = readOrder(database, dataset, query, { signal: stop.signal })
      return { viewId: views.add({ dataset, order, stop }), first, total, jobId: null }
    },
    async readViewRows({ viewId, from, to, columns }) {
      const { dataset, order } = views.find(viewId)
      const rows = await order
      if (rows === null) return await readRowPage(database, dataset, { from, to }, columns)
      return await pageOf(dataset, [...rows.subarray(from, to)], columns, rows.length)
    },
    async findViewRow({ viewId, row }) {
      const { dataset, order } = views.find(viewId)
      const rows = await order
      if (rows === null) return { position: row < dataset.rows ? row : null }
      const position = rows.indexOf(row)
      return { position: position < 0 ? null : position }
    },
  }
  return { calls, close: views.close }
}
