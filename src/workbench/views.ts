import { randomUUID } from 'node:crypto'
import { Failure } from '../contract/failure.ts'
import type { Dataset } from '../contract/records.ts'

/** A view of a table, with its rows' numbers in order; null for file order. */
export interface OrderedView {
  readonly dataset: Dataset
  readonly order: Promise<Int32Array | null>
  /** Ends the ordering that still runs. */
  readonly stop: AbortController
}

export interface Views {
  /** Keeps a view and returns its id; the oldest goes. */
  add(view: OrderedView): string
  /** @throws Failure `not-found` for a view that is not kept any more */
  find(viewId: string): OrderedView
  /** Ends what still runs, and waits for it. */
  close(): Promise<void>
}

/** Four bytes a row each: two for each of two windows. */
const keptViews = 4

/** The views that were looked at last. They live in memory only: opening one again costs a sort. */
export function createViews(): Views {
  const kept = new Map<string, OrderedView>()
  return {
    add(view) {
      // An ordering that fails is told to whoever reads its rows; nobody may be waiting yet.
      view.order.catch(() => undefined)
      const viewId = randomUUID()
      kept.set(viewId, view)
      for (const [oldest, { stop }] of kept) {
        if (kept.size <= keptViews) break
        stop.abort()
        kept.delete(oldest)
      }
      return viewId
    },
    find(viewId) {
      const view = kept.get(viewId)
      if (!view) throw new Failure('not-found', 'This view of the table is no longer kept. Open it again.')
      kept.delete(viewId)
      kept.set(viewId, view)
      return view
    },
    async close() {
      for (const { stop } of kept.values()) stop.abort()
      await Promise.allSettled([...kept.values()].map(({ order }) => order))
      kept.clear()
    },
  }
}
