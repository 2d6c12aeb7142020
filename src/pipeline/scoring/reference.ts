import { z } from 'zod'
import type { Threshold } from '../../contract/records.ts'
import type { CellVector, Table } from '../dataset/table.ts'
import { type Encoder, encoderColumnNames } from '../features/encoder.ts'
import { sampleRows } from '../features/sample.ts'
import { quantile } from '../features/scaling.ts'
import { binsSchema, fitBins, fitSorted } from './bins.ts'

/** Values of one column, and characters of all of them, that go along with a model. */
const mostKnownValues = 1_000
const mostKnownCharacters = 2_000_000

/** What the rows that a model was trained on looked like, small enough to go with the model. */
export const referenceSchema = z.strictObject({
  /** Rows of the training table. */
  rows: z.int().positive(),
  columns: z
    .array(
      z.strictObject({
        column: z.string(),
        missing: z.number().min(0).max(1),
        bins: binsSchema,
        /** All values of a column whose rare ones share a feature; null where they are too many, or need not be known. */
        known: z.array(z.string()).max(mostKnownValues).nullable().default(null),
      }),
    )
    .readonly(),
  scores: z.strictObject({
    bins: binsSchema,
    median: z.number(),
    /** Rows that the threshold flagged. */
    flagged: z.int().nonnegative(),
  }),
})

/** Reference for drift: new rows are compared with it (see bins.ts for counting them). */
export type Reference = z.infer<typeof referenceSchema>

/** Cells that are looked at: deciles of 20,000 rows are within about half a percent of all rows'. */
export const mostSampledRows = 20_000
const mostSampledCells = 10_000_000
const fewestSampledRows = 2_000

/**
 * Sums up a training: the bins of each column (from a seeded sample of the rows), of its scores (all of them),
 * and what its threshold flagged.
 * @param encoder of the model
 * @param sorted the scores, from highest to lowest
 * @throws AbortError
 */
export async function fitReference(input: {
  readonly table: Table
  readonly encoder: Encoder
  readonly sorted: Float32Array
  readonly threshold: Pick<Threshold, 'flagged'>
  readonly signal: AbortSignal
}): Promise<Reference> {
  const { table, encoder, sorted, threshold, signal } = input
  const columns = encoderColumnNames(encoder)
  const affordable = Math.max(fewestSampledRows, Math.floor(mostSampledCells / Math.max(1, columns.length)))
  const count = Math.min(mostSampledRows, affordable)
  const rows = sampleRows({ rows: table.rows, count, seed: 0, purpose: 'reference' })
  const known = new KnownValues(encoder)
  const cells = await readRows({ table, columns, rows, known, signal })
  const upwards = sorted.toReversed()
  return {
    rows: table.rows,
    columns: columns.map((column, index) => {
      const vector = cells[index]
      if (!vector) throw new Error(`No cells were read for column ${column}`)
      return { column, missing: missingShare(vector), bins: fitBins(vector), known: known.of(column) }
    }),
    scores: {
      bins: fitSorted(upwards),
      median: quantile(upwards, 0.5),
      flagged: threshold.flagged,
    },
  }
}

/** Share of cells that are missing. */
export function missingShare(cells: CellVector): number {
  let missing = 0
  for (const value of cells.values) if (value === null || Number.isNaN(value)) missing++
  return cells.values.length === 0 ? 0 : missing / cells.values.length
}

/** Collects the values of the columns whose rare values share a feature, as long as they are few and short. */
class KnownValues {
  readonly #values: Map<string, Set<string>>
  #characters = 0

  constructor({ columns }: Encoder) {
    const sharing = columns.filter(({ features }) => features.some(({ kind }) => kind === 'other-level'))
    this.#values = new Map(sharing.map(({ name }) => [name, new Set()]))
  }

  add(column: string, cells: readonly (string | null)[]): void {
    const values = this.#values.get(column)
    if (!values) return
    for (const cell of cells) {
      if (cell === null || values.has(cell)) continue
      values.add(cell)
      this.#characters += cell.length
      if (values.size <= mostKnownValues && this.#characters <= mostKnownCharacters) continue
      this.#values.delete(column)
      for (const value of values) this.#characters -= value.length
      return
    }
  }

  of(column: string): string[] | null {
    const values = this.#values.get(column)
    return values ? [...values] : null
  }
}

async function readRows(input: {
  readonly table: Table
  readonly columns: readonly string[]
  readonly rows: Int32Array
  readonly known: KnownValues
  readonly signal: AbortSignal
}): Promise<CellVector[]> {
  const { table, columns, rows, known, signal } = input
  const numbers = columns.map((): number[] => [])
  const texts = columns.map((): (string | null)[] => [])
  const kinds: CellVector['kind'][] = []
  let next = 0
  for await (const chunk of table.read(columns, signal)) {
    signal.throwIfAborted()
    const from = next
    while (next < rows.length && (rows[next] ?? 0) < chunk.firstRow + chunk.rows) next++
    for (const [index, vector] of chunk.vectors.entries()) {
      kinds[index] = vector.kind
      if (vector.kind === 'text') known.add(columns[index] ?? '', vector.values)
      for (let place = from; place < next; place++) {
        const row = (rows[place] ?? 0) - chunk.firstRow
        if (vector.kind === 'number') numbers[index]?.push(vector.values[row] ?? Number.NaN)
        else texts[index]?.push(vector.values[row] ?? null)
      }
    }
  }
  return columns.map((_, index) =>
    kinds[index] === 'number'
      ? { kind: 'number', values: Float64Array.from(numbers[index] ?? []) }
      : { kind: 'text', values: texts[index] ?? [] },
  )
}
