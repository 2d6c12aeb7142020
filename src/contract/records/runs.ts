// Scores, thresholds and reasons.

import type { thresholdRules } from '../choices.ts'
import type { ScoredWith } from './scoring.ts'
import type { Cell, ColumnRole, ColumnType } from './tables.ts'
import type { LossPoint, TrainingPhase, TrainingSettings } from './training.ts'

export type ThresholdRule = (typeof thresholdRules)[number]

/**
 * Rows with a score of at least `cut` are flagged.
 * `value` is the rule's own number: the cut (manual), rows (top-k), percent of rows (percentage),
 * multiples of the spread (standard-deviation, mad, iqr), or null (otsu).
 */
export interface Threshold {
  readonly rule: ThresholdRule
  readonly value: number | null
  readonly cut: number
  readonly flagged: number
}

export interface ThresholdSuggestion extends Threshold {
  /** One sentence: why this rule, or what it means. */
  readonly reason: string
  /** The one that Auto starts with. */
  readonly proposed: boolean
}

export interface Metrics {
  readonly auroc: number
  readonly averagePrecision: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

export interface RunSummary {
  readonly runId: string
  readonly datasetId: string
  readonly createdAt: string
  /** `partial`: training was cancelled; the weights reached then were scored. */
  readonly state: 'complete' | 'partial'
  readonly engine: string
  readonly rows: number
  readonly features: number
  readonly settings: TrainingSettings
  /** Of a partial run: the request's other seeds that are still to be trained; they follow when it goes on. */
  readonly seedsLeft?: readonly number[]
  readonly stepsDone: number
  readonly trainableParameters: number
  readonly seconds: { readonly train: number; readonly score: number }
  readonly curve: readonly LossPoint[]
  readonly phases: readonly TrainingPhase[]
  /** The step whose weights are the model's, where early stopping went back to it; null = the last one. */
  readonly bestStep: number | null
  /** Set where a model trained elsewhere scored this data set; nothing was trained then. */
  readonly scored: ScoredWith | null
  readonly threshold: Threshold
  readonly suggestions: readonly ThresholdSuggestion[]
  /** Name of the label column used for evaluation, or null. */
  readonly labelColumn: string | null
}

/** Scores from highest to lowest, so any threshold's count is a binary search in the page. */
export interface ScoreOrder {
  readonly runId: string
  readonly scores: Float32Array
  /** Row number (file order) of each score. */
  readonly rows: Int32Array
  /** 1 anomaly, 0 normal, 255 unknown, in the same order; null without a label column. */
  readonly labels: Uint8Array | null
}

/** Evaluation against the label column; curves are thinned to at most 1,000 points. */
export interface Evaluation {
  readonly labelColumn: string
  /** The label value counted as an anomaly. */
  readonly positiveValue: string
  readonly positives: number
  readonly labelled: number
  readonly auroc: number
  readonly averagePrecision: number
  readonly roc: readonly { readonly falsePositiveRate: number; readonly truePositiveRate: number }[]
  readonly precisionRecall: readonly { readonly recall: number; readonly precision: number }[]
}

export interface RankedRow {
  readonly rank: number
  readonly row: number
  readonly score: number
  readonly flagged: boolean
  /** Columns with the largest shares, largest first, at most three. */
  readonly reasons: readonly { readonly column: string; readonly share: number }[]
  readonly cells: readonly Cell[]
}

export interface RankedPage {
  readonly columns: readonly string[]
  readonly rows: readonly RankedRow[]
  readonly total: number
}

/** One original column's part in a row's score. */
export interface ColumnShare {
  readonly column: string
  readonly type: ColumnType
  /** Part of the score, in score units; the shares of a row add up to its score. */
  readonly share: number
  readonly observed: Cell
  /** What the network reconstructs for rows like this one, in original units. */
  readonly typical: Cell
}

export interface RowExplanation {
  readonly row: number
  readonly rank: number
  readonly score: number
  readonly shares: readonly ColumnShare[]
  /** The whole row, every imported column in file order. */
  readonly cells: readonly { readonly column: string; readonly role: ColumnRole; readonly value: Cell }[]
}
