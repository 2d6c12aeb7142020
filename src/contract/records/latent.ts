// The code of each row: what the narrowest layer makes of it.

import type { Cell } from './tables.ts'

/** Rows as points: the first two principal components of their codes. At most 50,000 rows, a seeded sample. */
export interface LatentMap {
  readonly runId: string
  readonly codeWidth: number
  readonly rows: Int32Array
  readonly x: Float32Array
  readonly y: Float32Array
  readonly scores: Float32Array
  /** Parts of the codes' variance along x and y. */
  readonly explained: readonly [number, number]
  readonly total: number
}

export interface Neighbour {
  readonly row: number
  /** Distance of the codes, in units of the codes' spread. */
  readonly distance: number
  readonly score: number
  readonly rank: number
  readonly flagged: boolean
  readonly cells: readonly Cell[]
}

export interface Neighbours {
  readonly columns: readonly string[]
  /** The row itself first, with distance 0. */
  readonly rows: readonly Neighbour[]
}

/** Rows that the decoder made, in original units. */
export interface MadeRows {
  readonly columns: readonly string[]
  readonly rows: readonly { readonly code: readonly number[]; readonly cells: readonly Cell[] }[]
}
