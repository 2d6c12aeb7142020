import { setImmediate } from 'node:timers/promises'
import { Failure } from '../../contract/failure.ts'
import type { Cell } from '../../contract/records.ts'
import type { Engine, Matrix } from '../../engine/engine.ts'
import { denseLayout } from '../../engine/program/layout.ts'
import { judgedFeatures } from '../../engine/program/loss.ts'
import { drawsPerRow } from '../../engine/program.ts'
import { decodeRow } from '../features/decode.ts'
import { columnOfFeature } from '../features/encoder.ts'
import type { TrainedModel } from '../training/trainedModel.ts'

/** Cells and multiplications between two reports: about 100 ms of work, and never more than half a second. */
const cellsPerChunk = 1 << 23
const multiplicationsPerChunk = 2e10

export interface JudgedRows {
  /**
   * rows x encoder columns: each column's part of the score, the mean cost of the row's present features, context left
   * out. A row's parts add up to its score.
   */
  readonly shares: Float32Array
  /** rows x encoder columns: what the network reconstructs, in original units. */
  readonly typical: readonly (readonly Cell[])[]
}

export interface Scorer {
  /**
   * The scores of any number of rows.
   * @throws AbortError when cancelled
   */
  scoreMatrix(
    matrix: Matrix,
    options?: {
      readonly onProgress?: ((share: number) => void) | undefined
      /** Where these rows begin in a table that the model was not trained on. */
      readonly newFrom?: number | undefined
      readonly signal?: AbortSignal | undefined
    },
  ): Promise<{ scores: Float32Array }>
  /** The shares of each row's score and the typical row beside it; for the rows that a person looks at. */
  judge(matrix: Matrix): Promise<JudgedRows>
  close(): Promise<void>
}

/** Opens a trained model for scoring; close it afterwards. */
export async function openScorer(input: {
  readonly engine: Engine
  readonly model: TrainedModel
}): Promise<Scorer> {
  const { encoder, spec, state } = input.model
  const features = spec.features
  const columns = columnOfFeature(encoder)
  const judged = judgedFeatures(spec)
  const oneRow: Matrix = { rows: 1, columns: features, values: new Float32Array(features) }
  // A session wants rows to train on; scoring never draws from them.
  const session = await input.engine.open({ ...spec, batchRows: 1 }, oneRow, state)

  const scoreMatrix: Scorer['scoreMatrix'] = async (matrix, { onProgress, newFrom, signal } = {}) => {
    checkWidth(matrix, features)
    const scores = new Float32Array(matrix.rows)
    const perRow = Math.max(features / cellsPerChunk, denseLayout(spec).size / multiplicationsPerChunk)
    const rowsPerChunk = Math.max(1, Math.floor(1 / (perRow * drawsPerRow(spec))))
    for (let from = 0; from < matrix.rows; from += rowsPerChunk) {
      signal?.throwIfAborted()
      const part = rowsOf(matrix, from, Math.min(from + rowsPerChunk, matrix.rows))
      const found = await session.rowCosts(part)
      scores.set(
        meanCosts({
          ...found,
          matrix: part,
          judged,
          firstRow: (newFrom ?? 0) + from,
          isNew: newFrom !== undefined,
        }),
        from,
      )
      onProgress?.(Math.min(1, (from + rowsPerChunk) / matrix.rows))
      await setImmediate()
    }
    return { scores }
  }

  const judge: Scorer['judge'] = async (matrix) => {
    checkWidth(matrix, features)
    const { errors, reconstruction } = await session.score(matrix)
    const shares = columnShares({
      errors,
      matrix,
      judged,
      columnOf: columns,
      columnCount: encoder.columns.length,
    })
    const typical = Array.from({ length: matrix.rows }, (_, row) =>
      decodeRow(encoder, reconstruction.subarray(row * features, (row + 1) * features)),
    )
    return { shares, typical }
  }
  return { scoreMatrix, judge, close: () => session.close() }
}

/**
 * Mean, not sum, and over present cells that are judged only: a row with many missing cells is neither stranger nor more
 * ordinary for it; that it misses them is what the indicator features say.
 * @param costs of each row, its sum
 * @param hasMissing whether any cell may be missing
 * @param firstRow the table's number of the matrix's first row, for the message
 */
function meanCosts(input: {
  readonly costs: Float32Array
  readonly matrix: Matrix
  readonly hasMissing: boolean
  readonly judged: readonly number[]
  readonly firstRow: number
  /** Whether the model was trained on other rows. */
  readonly isNew: boolean
}): Float32Array {
  const { costs, matrix, hasMissing, judged, firstRow, isNew } = input
  const scores = new Float32Array(costs.length)
  // A loop: a callback for each of millions of rows takes seven times as long.
  for (let row = 0; row < costs.length; row += 1) {
    const cells = hasMissing ? presentCells(matrix, judged, row) : Math.max(1, judged.length)
    const score = (costs[row] ?? Number.NaN) / cells
    scores[row] = score
    if (Number.isFinite(score)) continue
    const number = firstRow + row
    const remedy = isNew
      ? 'Its values are too far from those that the model was trained on: correct them or leave the row out.'
      : "Train again with Auto's settings."
    throw new Failure('engine', `Row ${number + 1} has no finite score. ${remedy}`, { row: number })
  }
  return scores
}

function columnShares(input: {
  readonly errors: Float32Array
  readonly matrix: Matrix
  readonly judged: readonly number[]
  readonly columnOf: Int32Array
  readonly columnCount: number
}): Float32Array {
  const { errors, matrix, judged, columnOf, columnCount } = input
  const shares = new Float32Array(matrix.rows * columnCount)
  const sums = new Float64Array(columnCount)
  for (let row = 0; row < matrix.rows; row++) {
    sums.fill(0)
    for (const [feature, column] of columnOf.entries()) {
      sums[column] = (sums[column] ?? 0) + (errors[row * matrix.columns + feature] ?? 0)
    }
    const present = presentCells(matrix, judged, row)
    shares.set(
      sums.map((sum) => sum / present),
      row * columnCount,
    )
  }
  return shares
}

/** Present cells of the features that are judged. At least 1, so that a row without any scores 0. */
function presentCells({ values, columns }: Matrix, judged: readonly number[], row: number): number {
  let present = 0
  for (const feature of judged) {
    if (!Number.isNaN(values[row * columns + feature])) present++
  }
  return Math.max(1, present)
}

function rowsOf({ columns, values }: Matrix, from: number, to: number): Matrix {
  return { rows: to - from, columns, values: values.subarray(from * columns, to * columns) }
}

function checkWidth(matrix: Matrix, features: number): void {
  if (matrix.columns !== features) {
    throw new Error(`The model reads ${features} features; the rows have ${matrix.columns}`)
  }
}
