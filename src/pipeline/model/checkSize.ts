import { Failure } from '../../contract/failure.ts'
import type { ModelSpec } from '../../engine/engine.ts'

/** Encoded cells of a table, four bytes each. */
const mostCells = 500_000_000
/** Numbers of one layer in one training step; several such layers, and twice as much noise, are held at once. */
const mostStepNumbers = 50_000_000
/** Weights and biases; six such vectors are held at once. */
const mostParameters = 50_000_000

/**
 * Refuses a table that would not fit into memory as features, before it is encoded.
 * @throws Failure `bad-request` that names rows, features and a remedy
 */
export function checkTableSize(rows: number, features: number): void {
  if (rows * features <= mostCells) return
  const affordable = Math.floor(mostCells / features)
  throw tooLarge(
    `The table becomes ${counted(rows)} rows of ${counted(features)} features, more than the ${counted(mostCells)} cells that are held at once. Use at most ${counted(affordable)} rows, or set columns to "ignored", categories with many values first.`,
    { rows, features },
  )
}

/** Refuses a network whose training would not fit into memory, as `checkTableSize` does for tables. */
export function checkModelSize(
  { features, layers, copies, batchRows }: Pick<ModelSpec, 'features' | 'layers' | 'copies' | 'batchRows'>,
  parameters: number,
): void {
  const details = { features, copies, batchRows, parameters }
  if (parameters > mostParameters) {
    throw tooLarge(
      `The network for ${counted(features)} features has ${counted(parameters)} weights; at most ${counted(mostParameters)} are possible. Use fewer copies, smaller layers or fewer columns.`,
      details,
    )
  }
  const numbers = copies * batchRows * Math.max(features, ...layers)
  if (numbers > mostStepNumbers) {
    throw tooLarge(
      `One training step of ${counted(copies)} copies on ${counted(batchRows)} rows of ${counted(features)} features is too large. Use fewer rows per step, fewer copies, smaller layers or fewer columns.`,
      details,
    )
  }
}

const tooLarge = (message: string, details: Readonly<Record<string, number>>) =>
  new Failure('bad-request', message, details)

const counted = (count: number): string => count.toLocaleString('en')
