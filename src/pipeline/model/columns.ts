import type { TableFacts } from '../../contract/combinations.ts'
import type { TrainingSettings } from '../../contract/records.ts'
import type { CategoryBlock } from '../../engine/engine.ts'
import type { EncodedColumn, Encoder } from '../features/encoder.ts'

/** What the rules about settings need to know of an encoded table. */
export function tableFacts(input: {
  readonly rows: number
  readonly features: number
  readonly encoder: Encoder | undefined
}): TableFacts {
  const { rows, features, encoder } = input
  const columns = encoder?.columns ?? []
  const names = (chosen: readonly EncodedColumn[]) => chosen.map((column) => column.name)
  return { rows, features, columns: names(columns), categories: names(columns.filter(isCategory)) }
}

/** A column of one-hot features, of which exactly one is set in every row. */
function isCategory({ features }: EncodedColumn): boolean {
  return features.length > 1 && features.some(({ kind }) => kind === 'level' || kind === 'other-level')
}

/** Numbers of all features of the named columns, upwards. */
export function contextFeatures(names: readonly string[], encoder: Encoder | undefined): number[] {
  const chosen = new Set(names)
  return placed(encoder)
    .filter(({ column }) => chosen.has(column.name))
    .flatMap(({ from, to }) => Array.from({ length: to - from }, (_, place) => from + place))
}

/** The features of each category that is judged. */
export function categoryBlocks(settings: TrainingSettings, encoder: Encoder | undefined): CategoryBlock[] {
  const { flavour } = settings
  const context = new Set(flavour.kind === 'conditional' ? flavour.context : [])
  return placed(encoder)
    .filter(({ column }) => isCategory(column) && !context.has(column.name))
    .map(({ from, to }) => ({ from, to }))
}

/** Columns with the places of their features, `from`..`to` (exclusive). */
function placed(encoder: Encoder | undefined) {
  let next = 0
  return (encoder?.columns ?? []).map((column) => {
    const from = next
    next += column.features.length
    return { column, from, to: next }
  })
}
