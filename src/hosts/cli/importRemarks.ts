import type { Api } from '../../contract/api.ts'
import type { Dataset, ImportIssue } from '../../contract/records.ts'
import { counted, whole } from './words.ts'

/** As many as one call of `readIssues` may ask for. */
const pageRows = 1000
/** Remarks of a kind that are written out. */
const mostShown = 3

/**
 * What a person should know about the import before trusting its result: how many lines were set aside and
 * cells left blank, with the first few lines and reasons. Nothing where the import had nothing to complain of.
 * @param wordsOf what to say of an issue; null where it does not matter here
 */
export async function importRemarks(
  api: Api,
  dataset: Dataset,
  wordsOf: (issue: ImportIssue) => string | null = ({ message }) => message,
): Promise<string[]> {
  if (dataset.issues === 0 && dataset.quarantined === 0) return []
  const setAside = new Kind()
  const blanked = new Kind()
  const noted = new Kind()
  for (let from = 0, total = 1; from < total; from += pageRows) {
    const page = await api.readIssues({ datasetId: dataset.datasetId, from, to: from + pageRows })
    total = page.total
    for (const found of page.issues) {
      const message = wordsOf(found)
      if (message === null) continue
      const issue = { ...found, message }
      const isNote = issue.action === 'kept' || issue.line === null
      ;(isNote ? noted : issue.action === 'blanked' ? blanked : setAside).add(issue)
    }
  }
  const all = counted(dataset.rows + dataset.quarantined, 'line')
  return [
    ...setAside.lines(dataset.quarantined, (count) => `${whole(count)} of ${all} set aside`),
    ...blanked.lines(blanked.count, (count) => `${counted(count, 'cell')} left blank`),
    ...noted.lines(noted.count, (count) => `${counted(count, 'remark')} on the import`),
  ]
}

/** Issues of one kind: all counted, the first few kept. */
class Kind {
  count = 0
  readonly #first: ImportIssue[] = []

  add(issue: ImportIssue): void {
    this.count++
    if (this.#first.length < mostShown) this.#first.push(issue)
  }

  lines(count: number, title: (count: number) => string): string[] {
    if (count === 0) return []
    const more = count - this.#first.length
    return [
      `residual: ${title(count)}:`,
      ...this.#first.map(({ message }) => `  ${message}`),
      ...(more > 0 ? [`  and ${whole(more)} more`] : []),
    ]
  }
}
