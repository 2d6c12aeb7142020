// How the rows of a table are looked at: sorted, filtered and searched.

import type { RowPage } from './tables.ts'

/** One condition on one column. Missing cells meet `missing` only. */
export type RowFilter =
  /** Numbers, and date-times in milliseconds since 1970 UTC; both ends are included, null is open. */
  | {
      readonly kind: 'range'
      readonly column: string
      readonly from: number | null
      readonly to: number | null
    }
  /** Texts and categories, whatever their case. */
  | { readonly kind: 'contains'; readonly column: string; readonly text: string }
  | { readonly kind: 'equals'; readonly column: string; readonly text: string }
  | { readonly kind: 'missing'; readonly column: string; readonly missing: boolean }

/** Rows that meet every filter and hold `search` somewhere. Without a sort they stand in file order. */
export interface RowView {
  readonly sort: { readonly column: string; readonly descending: boolean } | null
  readonly filters: readonly RowFilter[]
  /** Empty for none. Found in texts, and in numbers and dates that equal it. */
  readonly search: string
}

export interface OpenedView {
  readonly viewId: string
  /** The first rows; `total` of it is what is known to be there so far. */
  readonly first: RowPage
  /** Rows in the view; null while they are counted. */
  readonly total: number | null
  /** The job that puts a large table into order; null where that is quick or needless. */
  readonly jobId: string | null
}
