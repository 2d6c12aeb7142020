import { inBlocks } from '../../engine/blocks.ts'
import type { Matrix, ModelSpec } from '../../engine/engine.ts'

/** Whether a model needs to know between which values its features lie. */
export function needsRanges({ cellLoss, categories, corruption }: ModelSpec): boolean {
  return cellLoss === 'binary-cross-entropy' || categories.length > 0 || corruption.kind === 'salt-and-pepper'
}

/**
 * Lowest and highest value of each feature, missing ones left out; a feature of one value reaches one further.
 * @throws AbortError
 */
export async function featureRanges(
  { rows, columns, values }: Matrix,
  signal?: AbortSignal,
): Promise<NonNullable<ModelSpec['ranges']>> {
  const low = new Float64Array(columns).fill(Number.POSITIVE_INFINITY)
  const high = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY)
  const widen = (from: number, to: number) => {
    for (let start = from * columns; start < to * columns; start += columns) {
      for (let feature = 0; feature < columns; feature++) {
        const value = values[start + feature] ?? Number.NaN
        if (value < (low[feature] ?? value)) low[feature] = value
        if (value > (high[feature] ?? value)) high[feature] = value
      }
    }
  }
  await inBlocks(rows, widen, { width: columns, signal })
  for (let feature = 0; feature < columns; feature++) {
    const lowest = low[feature] ?? 0
    if (lowest === Number.POSITIVE_INFINITY) low[feature] = 0
    if (!((high[feature] ?? 0) > (low[feature] ?? 0))) high[feature] = (low[feature] ?? 0) + 1
  }
  return { low: [...low], high: [...high] }
}
