import type { RankedPage } from '../../contract/records.ts'
import { counted, short, table, whole } from './words.ts'

/** What both reports for people end with: the oddest rows and their reasons, and what was written. */
export function closingLines(found: {
  readonly top: RankedPage
  /** Lines of the file that became no rows. */
  readonly setAside: number
  readonly written: readonly string[]
}): string[] {
  const { top, setAside, written } = found
  const remark = `Row numbers leave out the ${counted(setAside, 'line')} set aside, so they are not line numbers of the file.`
  return [
    '',
    ...rankedLines(top),
    ...(setAside === 0 ? [] : ['', remark]),
    ...(written.length === 0 ? [] : ['', ...written.map((path) => `Written: ${path}`)]),
  ]
}

const rankedLines = (top: RankedPage): string[] =>
  table([
    ['rank', 'row', 'score', 'flagged', 'why'],
    ...top.rows.map((row) => [
      whole(row.rank),
      // As a person counts, and --help says: the first row below the header is row 1.
      whole(row.row + 1),
      short(row.score),
      row.flagged ? 'yes' : 'no',
      row.reasons.map((reason) => `${reason.column} ${percentOf(reason.share, row.score)}`).join(', '),
    ]),
  ])

const percentOf = (share: number, score: number) => `${Math.round((100 * share) / (score || 1))} %`
