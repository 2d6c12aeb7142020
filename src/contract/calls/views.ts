import type { OpenedView, RowPage, RowView } from '../records.ts'

/** The rows of a table as a person looks at them. Every call is bound by what `Api` says. */
export interface ViewCalls {
  /**
   * Answers the first `rows` rows of a view at once and goes on putting the others into order. The last few views
   * are kept; an older one is `not-found`, and is opened again. Missing cells sort last.
   */
  openView(input: {
    datasetId: string
    view: RowView
    /** Columns to read cells of. */
    columns: readonly string[]
    rows: number
  }): Promise<OpenedView>
  /** Rows `from`..`to` (exclusive) of a view, at most 1,000, the named columns only; waits until they are in order. */
  readViewRows(input: {
    viewId: string
    from: number
    to: number
    columns: readonly string[]
  }): Promise<RowPage>
  /** Where in a view a row of the file stands; null where it is filtered out. */
  findViewRow(input: { viewId: string; row: number }): Promise<{ position: number | null }>
}
