import type { Dataset, RunSummary, ThresholdRule } from '../../../src/contract/records.ts'

/** A word as a POSIX shell takes it literally. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** The command that trains with Auto's settings and this run's seed, and writes the same rows. */
export function commandLine({
  dataset,
  run,
  threshold,
  rows,
}: {
  dataset: Dataset
  run: RunSummary
  threshold: { readonly rule: ThresholdRule; readonly value: number | null }
  rows: 'flagged' | 'all'
}): string {
  const named = (role: string) =>
    dataset.columns.filter((column) => column.role === role).map((column) => column.name)
  // The data set is called after its file, without the ending.
  const file = /\.\w+$/.test(dataset.name) ? dataset.name : `${dataset.name}.csv`
  const words = ['npx', 'residual', 'detect', file]
  const [label] = named('label')
  const [id, ...moreIds] = named('identifier')
  const ignored = [...moreIds, ...named('ignored')]
  if (label !== undefined) words.push('--label', label)
  if (id !== undefined) words.push('--id', id)
  if (ignored.length > 0) words.push('--ignore', ignored.join(','))
  words.push(
    '--threshold',
    threshold.value === null ? threshold.rule : `${threshold.rule}:${threshold.value}`,
  )
  words.push('--seed', String(run.settings.seed))
  words.push(...(rows === 'flagged' ? ['--out', 'flagged.csv'] : ['--scores', 'all.csv']))
  return words.map(quoted).join(' ')
}

/** A name for the exported file, after the table's own. */
export function exportName(datasetName: string, rows: 'flagged' | 'all'): string {
  const stem = datasetName.replace(/(\.csv|\.tsv|\.txt)?(\.gz)?$/i, '') || 'table'
  return `${stem}-${rows === 'flagged' ? 'flagged' : 'scored'}.csv`
}
