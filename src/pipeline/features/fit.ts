import { setImmediate } from 'node:timers/promises'
import { Failure } from '../../contract/failure.ts'
import type { CellVector, Table } from '../dataset/table.ts'
import type { EncodedColumn, Encoder, Feature } from './encoder.ts'
import { fitCategory } from './fitCategory.ts'
import { fitDateTime } from './fitDateTime.ts'
import { fitNumber } from './fitNumber.ts'
import { sampleRows } from './sample.ts'
import { fitScaling } from './scaling.ts'

export const fewestRows = 10

/** Up to this many rows medians, quartiles and value counts are exact; above, they come from a seeded sample. */
const mostFittedRows = 200_000
/** Wide tables are fitted on fewer rows, so that the sample stays within about 160 MB. */
const mostFittedCells = 20_000_000
const fewestFittedRows = 2_000

/**
 * Learns from the rows how to turn the columns with role `feature` into numbers. Never looks at another column.
 * @throws Failure `too-few-rows`, `no-usable-columns`; AbortError.
 */
export async function fitEncoder(input: {
  readonly table: Table
  readonly signal: AbortSignal
  readonly seed?: number
  readonly softClip?: boolean
}): Promise<Encoder> {
  const { table, signal, seed = 0, softClip = true } = input
  if (table.rows < fewestRows) {
    throw new Failure(
      'too-few-rows',
      `The table has ${table.rows} usable rows; at least ${fewestRows} are needed to learn what is usual. Add rows, or check the separator and the rows set aside on import.`,
      { rows: table.rows },
    )
  }
  const chosen = table.columns.filter((column) => column.role === 'feature')
  const cells = await readSample({ table, names: chosen.map((column) => column.name), signal, seed })
  const columns: EncodedColumn[] = []
  const dropped: { name: string; reason: string }[] = []
  const moments = new Map<string, Float64Array>()
  for (const [index, { name, type }] of chosen.entries()) {
    // Sorting a long column takes a while: calls come in between, cancel among them.
    await setImmediate()
    signal.throwIfAborted()
    const vector = cells[index]
    if (!vector) throw new Error(`No cells were read for column ${name}`)
    const features = fitColumn({ name, vector, isDateTime: type === 'date-time', moments })
    if (features.length > 0) columns.push({ name, type, features })
    else dropped.push({ name, reason: reasonOf(vector) })
  }
  if (columns.length === 0) {
    throw new Failure(
      'no-usable-columns',
      `No column can tell rows apart: ${describe(dropped)}. Give at least one column that varies the role "feature".`,
      { features: chosen.length },
    )
  }
  return { version: 1, columns, dropped, softClip }
}

function fitColumn(input: {
  readonly name: string
  readonly vector: CellVector
  readonly isDateTime: boolean
  readonly moments: Map<string, Float64Array>
}): Feature[] {
  const { name, vector, isDateTime, moments } = input
  if (vector.kind === 'text') return fitCategory(vector.values)
  const missing = fitMissing(vector.values)
  if (isDateTime) {
    const features = fitDateTime(vector.values, moments)
    moments.set(name, vector.values)
    return [...features, ...missing]
  }
  return [...fitNumber(vector.values), ...missing]
}

/** Makes a missing cell about as strange as a number that is as rare: at 10 % missing, 1.7 spreads out. */
const missingSpread = 2

/** An indicator of missing cells, where some are missing and some are not. */
function fitMissing(values: Float64Array): Feature[] {
  const scaling = fitScaling(values.map((value) => (Number.isFinite(value) ? 0 : 1)))
  if (!scaling) return []
  return [{ kind: 'missing', scaling: { ...scaling, spread: scaling.spread * missingSpread } }]
}

/** The sampled rows' cells, one vector a column. */
async function readSample(input: {
  readonly table: Table
  readonly names: readonly string[]
  readonly signal: AbortSignal
  readonly seed: number
}): Promise<CellVector[]> {
  const { table, names, signal, seed } = input
  if (names.length === 0) return []
  const affordable = Math.max(fewestFittedRows, Math.floor(mostFittedCells / names.length))
  const rows = sampleRows({
    rows: table.rows,
    count: Math.min(mostFittedRows, affordable),
    seed,
    purpose: 'fit',
  })
  const columns: { numbers: Float64Array | null; texts: (string | null)[] }[] = names.map(() => ({
    numbers: null,
    texts: [],
  }))
  let next = 0
  for await (const chunk of table.read(names, signal)) {
    signal.throwIfAborted()
    const from = next
    while (next < rows.length && (rows[next] ?? 0) < chunk.firstRow + chunk.rows) next++
    for (const [index, vector] of chunk.vectors.entries()) {
      const column = columns[index]
      if (!column) continue
      if (vector.kind === 'number') column.numbers ??= new Float64Array(rows.length).fill(Number.NaN)
      for (let place = from; place < next; place++) {
        const row = (rows[place] ?? 0) - chunk.firstRow
        if (vector.kind === 'text') column.texts.push(vector.values[row] ?? null)
        else if (column.numbers) column.numbers[place] = vector.values[row] ?? Number.NaN
      }
    }
  }
  return columns.map(({ numbers, texts }) =>
    numbers ? { kind: 'number', values: numbers } : { kind: 'text', values: texts },
  )
}

function reasonOf(vector: CellVector): string {
  const present =
    vector.kind === 'number'
      ? vector.values.some(Number.isFinite)
      : vector.values.some((value) => value !== null)
  if (!present) return 'every cell is missing'
  if (vector.kind === 'number') return 'every value is the same'
  const different = new Set(vector.values).size
  return different === 1 ? 'every value is the same' : 'no value occurs often enough'
}

function describe(dropped: readonly { readonly name: string; readonly reason: string }[]): string {
  if (dropped.length === 0) return 'none has the role "feature"'
  const shown = dropped.slice(0, 3).map(({ name, reason }) => `in "${name}" ${reason}`)
  return shown.join(', ') + (dropped.length > 3 ? `, and so on for ${dropped.length} columns` : '')
}
