import type { ColumnChoice, ColumnType, Dialect } from '../../contract/records.ts'
import { type ColumnReadingPlan, noColumn, planReading } from '../dataset/columnTypes.ts'
import { isoForm } from '../dataset/dates.ts'
import { presentTexts } from './preview.ts'
import type { ScanTotals } from './records.ts'
import { Turns } from './turns.ts'

/** What the reading of columns is planned from. */
export interface PlannedSource {
  readonly names: readonly string[]
  /** Records from all over the table, as text. */
  readonly sample: readonly (readonly string[])[]
  readonly dialect: Dialect
  readonly totals: Pick<ScanTotals, 'codeLines'>
}

/** Columns with spaces around some texts of the sample, by position. */
export function paddedColumns(sample: PlannedSource['sample']): Set<number> {
  const padded = new Set<number>()
  for (const row of sample) {
    for (const [position, text] of row.entries()) if (/^[ \t]|[ \t]$/.test(text)) padded.add(position)
  }
  return padded
}

const isWhole = (text: string): boolean => /^[+-]?\d+$/.test(text)

export type ChosenPlan = ColumnReadingPlan & { readonly chosen: boolean }

export async function planColumns(
  { names, sample, dialect, totals }: PlannedSource,
  choices: ReadonlyMap<string, ColumnChoice>,
  fileName: string,
): Promise<ChosenPlan[]> {
  for (const name of choices.keys()) if (!names.includes(name)) throw noColumn(fileName, name)
  const turns = new Turns()
  const plans: ChosenPlan[] = []
  for (const [index, name] of names.entries()) {
    await turns.pause()
    const texts = presentTexts(sample, index, dialect.missingMarks)
    const plan = planReading(texts, dialect.decimalMark, { name })
    // Read as numbers, codes such as 00123 further down would lose their zeros. Measurements stay numbers.
    const code = plan.kind === 'number' && totals.codeLines.has(index) && texts.every(isWhole)
    const found = code ? ({ kind: 'text', form: null, codes: true } as const) : plan
    plans.push(chosenPlan(found, choices.get(name)?.type))
  }
  return plans
}

/** The reading that a type chosen by the person asks for. */
function chosenPlan(found: ColumnReadingPlan, type: ColumnType | undefined): ChosenPlan {
  switch (type) {
    case 'number':
      return { ...found, kind: 'number', form: null, chosen: true }
    case 'date-time':
      return { ...found, kind: 'date-time', form: found.form ?? isoForm, chosen: true }
    case 'category':
    case 'text':
    case 'identifier':
      return { ...found, kind: 'text', form: null, chosen: true }
    default:
      return { ...found, chosen: false }
  }
}
