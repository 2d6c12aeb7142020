import type { Cell, ColumnShare } from '../../contract/records.ts'
import { type Encoder, encoderColumnTypes } from '../features/encoder.ts'

/**
 * Why a row has its score: every column that was trained on, the largest part first. The parts add up to the
 * score. Columns with equal parts stay in table order.
 * @param input.shares the row's part of each encoder column, in score units
 * @param input.observed the row's cells of the encoder's columns, in their order
 * @param input.typical what the network reconstructs, in the same order
 */
export function explainShares(input: {
  readonly encoder: Encoder
  readonly shares: ArrayLike<number>
  readonly observed: readonly Cell[]
  readonly typical: readonly Cell[]
}): ColumnShare[] {
  const { encoder, shares, observed, typical } = input
  const types = encoderColumnTypes(encoder)
  return encoder.columns
    .map(
      ({ name }, index): ColumnShare => ({
        column: name,
        type: types[index] ?? 'number',
        share: shares[index] ?? 0,
        observed: observed[index] ?? null,
        typical: typical[index] ?? null,
      }),
    )
    .sort((a, b) => b.share - a.share)
}

/** Reasons smaller than this part of the score are not worth a person's time. */
const smallestReason = 0.05

/** The columns with the largest parts of a row's score, largest first. */
export function topReasons(input: {
  readonly encoder: Encoder
  readonly shares: ArrayLike<number>
  readonly most?: number
}): { column: string; share: number }[] {
  const { encoder, shares, most = 3 } = input
  const all = encoder.columns
    .map(({ name }, index) => ({ column: name, share: shares[index] ?? 0 }))
    .sort((a, b) => b.share - a.share)
  const score = all.reduce((sum, { share }) => sum + share, 0)
  return all
    .slice(0, most)
    .filter(({ share }, index) => index === 0 || (share > 0 && share >= smallestReason * score))
}
