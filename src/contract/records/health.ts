// What is worth knowing about a table before a model is trained on it.

import type { ColumnChoice } from './tables.ts'

export type HealthKind =
  | 'constant'
  | 'near-constant'
  | 'identifier-like'
  | 'duplicate-columns'
  | 'correlated-columns'
  | 'duplicate-rows'
  | 'leakage'
  | 'skew'
  | 'mostly-missing'

export interface HealthFinding {
  readonly kind: HealthKind
  /** Likely to spoil the result, rather than only worth a look. */
  readonly serious: boolean
  /** The columns it is about, in the table's order; none where it is about rows. */
  readonly columns: readonly string[]
  /** What was found, in a sentence. */
  readonly message: string
  /** Why it matters, in a sentence. */
  readonly reason: string
  /** What `updateColumns` takes to put it right, and its name; null where nothing needs doing or can be done here. */
  readonly fix: {
    readonly title: string
    readonly columns: Readonly<Record<string, ColumnChoice>>
  } | null
}
