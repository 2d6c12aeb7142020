import type { EditOutcome } from '../records.ts'

/** Calls about what a person changed. */
export interface ColumnCalls {
  /**
   * Takes back the last change of a column's type or role, or of a threshold. The project keeps them, so it works
   * after a restart too. Throws `not-found` where there is nothing to take back.
   */
  undo(input: Record<string, never>): Promise<EditOutcome>
  /** Does again what was taken back last. Throws `not-found` where there is nothing. */
  redo(input: Record<string, never>): Promise<EditOutcome>
}
