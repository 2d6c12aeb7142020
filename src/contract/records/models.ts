// Trained models as files.

import type { modelFormats } from '../choices.ts'
import type { Threshold } from './runs.ts'
import type { ColumnType } from './tables.ts'
import type { Flavour } from './training.ts'

export type ModelFormat = (typeof modelFormats)[number]

/** What a model file says of itself. */
export interface ModelSummary {
  /** Present once the model was opened in this project. */
  readonly modelId: string
  readonly name: string
  readonly trainedAt: string
  /** Version of Residual that wrote it. */
  readonly writtenBy: string
  readonly flavour: Flavour
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[]
  readonly features: number
  readonly rows: number
  readonly trainableParameters: number
  readonly threshold: Threshold
  /** SHA-256 over data, settings and weights of the training. */
  readonly trainingHash: string
}
