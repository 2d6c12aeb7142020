import type { EditOutcome, HealthFinding } from '../records.ts'

/** Calls about what columns are like and what a person changed in them. */
export interface ColumnCalls {
  /**
   * What is worth knowing about a table before a model is trained on it, serious findings first. Their fixes are for
   * `updateColumns`, so that `undo` takes them back. Takes a second or two for a million rows.
   */
  readHealth(input: { datasetId: string }): Promise<readonly HealthFinding[]>
  /**
   * Takes back the last change of a column's type or role, or of a threshold. The project keeps them, so it works
   * after a restart too. Throws `not-found` where there is nothing to take back.
   */
  undo(input: Record<string, never>): Promise<EditOutcome>
  /** Does again what was taken back last. Throws `not-found` where there is nothing. */
  redo(input: Record<string, never>): Promise<EditOutcome>
}
