// Tables as import left them.

import type { columnTypes } from '../choices.ts'
import type { Dialect } from './dialects.ts'

export type ColumnType = (typeof columnTypes)[number]

/** `label` columns are never trained on; they serve evaluation only. */
export type ColumnRole = 'feature' | 'label' | 'identifier' | 'ignored'

export type ColumnChoice = { readonly type?: ColumnType; readonly role?: ColumnRole }

/** A small picture of a column: counts in equal bins (numbers, dates) or of the commonest values. */
export type Distribution =
  | { readonly kind: 'bins'; readonly from: number; readonly to: number; readonly counts: readonly number[] }
  | {
      readonly kind: 'values'
      readonly values: readonly { readonly value: string; readonly count: number }[]
    }

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly role: ColumnRole
  readonly missing: number
  /** Distinct values present (an estimate above 100,000 rows). */
  readonly distinct: number
  /** Numbers: unit of the data. Date-times: milliseconds since 1970 UTC. Otherwise null. */
  readonly minimum: number | null
  readonly maximum: number | null
  readonly mean: number | null
  readonly distribution: Distribution
}

export interface Dataset {
  readonly datasetId: string
  readonly name: string
  readonly importedAt: string
  readonly bytes: number
  readonly sha256: string
  readonly dialect: Dialect
  readonly rows: number
  /** Rows that could not be read; listed by `readIssues`. */
  readonly quarantined: number
  readonly issues: number
  readonly columns: readonly Column[]
}

/** A cell as shown: numbers as numbers, date-times as ISO text, missing as null. */
export type Cell = string | number | null

export interface RowPage {
  readonly columns: readonly string[]
  /** 0-based row numbers in file order, one per entry of `cells`. */
  readonly rows: readonly number[]
  readonly cells: readonly (readonly Cell[])[]
  readonly total: number
}
