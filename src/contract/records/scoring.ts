// New rows through a model that exists: what differs, and what has drifted.

import type { ColumnType } from './tables.ts'

/** How the columns of new data differ from those that the model was trained on, and what is done about it. */
export type SchemaDifference =
  /** Every cell counts as missing. */
  | { readonly kind: 'missing-column'; readonly column: string }
  /** Not read. */
  | { readonly kind: 'extra-column'; readonly column: string }
  /** Cells that cannot be read as the expected type count as missing. */
  | {
      readonly kind: 'retyped-column'
      readonly column: string
      readonly expected: ColumnType
      readonly found: ColumnType
      readonly misfits: number
    }
  /** Counted as "another value". `values`: the commonest, at most ten. */
  | {
      readonly kind: 'unseen-categories'
      readonly column: string
      readonly values: readonly string[]
      readonly rows: number
    }
  /** The training had too many different values to list. `rows`: those with a rare or an unseen one, counted alike. */
  | { readonly kind: 'unlisted-categories'; readonly column: string; readonly rows: number }

/** Population stability index: below 0.1 none, below 0.25 some, from there on strong. */
export type DriftLevel = 'none' | 'some' | 'strong'

export interface ColumnDrift {
  readonly column: string
  readonly index: number
  readonly level: DriftLevel
  /** Shares of missing cells. */
  readonly missingTrained: number
  readonly missingNow: number
  /** Shares per bin of the training rows and of the new ones, with the bins' names. */
  readonly bins: readonly { readonly name: string; readonly trained: number; readonly now: number }[]
}

export interface Drift {
  /** Strongest first. */
  readonly columns: readonly ColumnDrift[]
  readonly scores: {
    readonly index: number
    readonly level: DriftLevel
    /** Shares of the rows flagged: only these can be compared. */
    readonly flaggedTrained: number
    readonly flaggedNow: number
    readonly medianTrained: number
    readonly medianNow: number
  }
}

/** Which model scored a data set that it was not trained on. */
export interface ScoredWith {
  readonly modelName: string
  /** The run of this project that trained it; null for a model from a file. */
  readonly runId: string | null
  /** The model file of this project; null for a run's model, and in results of the first version. */
  readonly modelId: string | null
  /** The model's own cut; null in results of the first version. */
  readonly cut: number | null
  readonly differences: readonly SchemaDifference[]
  readonly drift: Drift
}
