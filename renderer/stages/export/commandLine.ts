import type { Dataset, RunSummary, ThresholdRule, TrainingSettings } from '../../../src/contract/records.ts'

/** A word as a POSIX shell takes it literally. A leading `=` or `~` would be expanded. */
function quoted(word: string): string {
  return /^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** An option with its value; one that begins with a dash must be joined on, or it reads as another option. */
const option = (name: string, value: string): string[] =>
  value.startsWith('-') ? [`${name}=${value}`] : [name, value]

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
  const [label, ...moreLabels] = named('label')
  const [id, ...moreIds] = named('identifier')
  const rule = threshold.value === null ? threshold.rule : `${threshold.rule}:${threshold.value}`
  return [
    'npx residual detect',
    quoted(file.startsWith('-') ? `./${file}` : file),
    ...[
      ...(label === undefined ? [] : option('--label', label)),
      ...(id === undefined ? [] : option('--id', id)),
      // One option each: a name may hold the comma that would part two.
      ...[...moreLabels, ...moreIds, ...named('ignored')].flatMap((name) => option('--ignore', name)),
      ...['--threshold', rule, '--seed', String(run.settings.seed)],
      ...(rows === 'flagged' ? ['--out', 'flagged.csv'] : ['--scores', 'all.csv']),
    ].map(quoted),
  ].join(' ')
}

const settingNames: Readonly<Record<Exclude<keyof TrainingSettings, 'seed'>, string>> = {
  flavour: 'flavour',
  corruption: 'corruption',
  corruptionSchedule: 'corruption schedule',
  hidden: 'hidden layers',
  decoder: 'decoder layers',
  code: 'code layer',
  copies: 'copies',
  steps: 'steps',
  batchRows: 'batch',
  learningRate: 'learning rate',
  learningRateSchedule: 'learning-rate schedule',
  gradientLimit: 'gradient limit',
  loss: 'loss',
  categoryLoss: 'loss of categories',
  rowLoss: 'loss of a row',
  keepShare: 'rows kept',
  softClip: 'soft clip',
  validationShare: 'held-out rows',
  earlyStopping: 'early stopping',
}

/**
 * What of a run the command line has no words for, so that its result may differ; empty when nothing is known.
 * @param auto Auto's settings for the same data set, or null while they are not known
 */
export function beyondCommandLine({
  run,
  auto,
  neutraliseFormulas,
}: {
  run: RunSummary
  auto: TrainingSettings | null
  neutraliseFormulas: boolean
}): string[] {
  const differs = (field: keyof TrainingSettings) =>
    auto !== null && JSON.stringify(run.settings[field]) !== JSON.stringify(auto[field])
  const settings = (Object.keys(settingNames) as (keyof typeof settingNames)[])
    .filter(differs)
    .map((field) => settingNames[field])
  return [
    ...(settings.length > 0 ? [`this run’s own settings (${settings.join(', ')})`] : []),
    ...(run.state === 'partial' ? [`that it was cancelled after ${run.stepsDone} steps`] : []),
    ...(neutraliseFormulas ? [] : ['formulas left as they are']),
  ]
}

/** A name for the exported file, after the table's own. */
export function exportName(datasetName: string, rows: 'flagged' | 'all'): string {
  const stem = datasetName.replace(/(\.csv|\.tsv|\.txt)?(\.gz)?$/i, '') || 'table'
  return `${stem}-${rows === 'flagged' ? 'flagged' : 'scored'}.csv`
}
