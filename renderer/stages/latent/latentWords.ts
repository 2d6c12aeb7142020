import type { Flavour, LatentMap, RunSummary } from '../../../src/contract/records.ts'
import { flavourTitles } from '../../flavourWords.ts'
import { formatCount, formatShare, plural } from '../../format.ts'

/** What the map shows, and how much of the codes it can show. */
export function mapSentence({ codeWidth, explained, rows, total }: LatentMap): string {
  const sample =
    rows.length < total ? `A sample of ${formatCount(rows.length)} of ${plural(total, 'row')}. ` : ''
  if (codeWidth === 1) return `${sample}The code has a single number, drawn from left to right.`
  if (codeWidth === 2) return `${sample}The code has 2 numbers; the map shows both.`
  return (
    `${sample}The code has ${formatCount(codeWidth)} numbers; the map shows their two main directions, ` +
    `${formatShare(explained[0])} and ${formatShare(explained[1])} of their variance.`
  )
}

/** Whose codes they are, where a model has several copies; null where it has one. */
export function copiesSentence({ settings }: RunSummary): string | null {
  const copies = settings.copies ?? 1
  if (copies < 2) return null
  return (
    `Codes, and rows made from them, are those of the first of the model’s ${formatCount(copies)} copies; ` +
    'scores and what the model “expected” are the mean of all, so they differ a little.'
  )
}

/** Whether a model of this kind has learned how codes are spread, so that new ones can be drawn. */
export const canMakeRows = (kind: Flavour['kind']): boolean =>
  kind === 'variational' || kind === 'conditional'

/** Why a run cannot make rows. */
export function whyNoRows({ settings }: RunSummary): string {
  return (
    `The ${flavourTitles[settings.flavour.kind].toLowerCase()} model has learned to rebuild rows, not how their codes are ` +
    'spread, so there is nothing to draw new codes from. A variational model learns both: choose it under Train.'
  )
}

/** Whether what was written is a whole number within a range, both ends included. */
export const isWhole = (value: number | null, from: number, to: number): boolean =>
  value !== null && Number.isInteger(value) && value >= from && value <= to
