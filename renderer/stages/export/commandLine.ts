import type {
  Dataset,
  ExportFormat,
  ModelFormat,
  RunSummary,
  ThresholdRule,
  TrainingSettings,
} from '../../../src/contract/records.ts'
import { settingOptions } from './settingWords.ts'

/** A word as a POSIX shell takes it literally. A leading `=` or `~` would be expanded. */
function quoted(word: string): string {
  return /^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** An option with its value; one that begins with a dash must be joined on, or it reads as another option. */
const option = (name: string, value: string): string[] =>
  value.startsWith('-') ? [`${name}=${value}`] : [name, value]

/** A file name as the first word of a command's arguments. */
const fileWord = (name: string): string => quoted(name.startsWith('-') ? `./${name}` : name)

/** The data set is called after its file, without the ending. */
const fileOf = ({ name }: Dataset): string => (/\.\w+$/.test(name) ? name : `${name}.csv`)

/**
 * The command that does with the file what was done here: trains with this run's settings, or scores with the model,
 * and writes the rows.
 * @param auto what Auto chooses for this data set and flavour; null while it is not known: then every setting is said
 * @param model name of the model file: written by a training, read by a scoring
 */
export function commandLine({
  dataset,
  run,
  auto,
  threshold,
  rows,
  format,
  columns,
  model,
}: {
  dataset: Dataset
  run: RunSummary
  auto: TrainingSettings | null
  threshold: { readonly rule: ThresholdRule; readonly value: number | null }
  rows: 'flagged' | 'all'
  format: ExportFormat
  /** Those to write; none: all. */
  columns: readonly string[]
  model: string
}): string {
  const file = fileWord(fileOf(dataset))
  // One option each: a name may hold the comma that would part two.
  const chosen = columns.flatMap((name) => option('--columns', name))
  if (run.scored) {
    return ['npx residual score', file, ...option('--model', model), '--out', `scored.${format}`, ...chosen]
      .map((word, index) => (index < 2 ? word : quoted(word)))
      .join(' ')
  }
  const named = (role: string) =>
    dataset.columns.filter((column) => column.role === role).map((column) => column.name)
  const [label, ...moreLabels] = named('label')
  const [id, ...moreIds] = named('identifier')
  const rule = threshold.value === null ? threshold.rule : `${threshold.rule}:${threshold.value}`
  return [
    'npx residual detect',
    file,
    ...[
      ...(label === undefined ? [] : option('--label', label)),
      ...(id === undefined ? [] : option('--id', id)),
      // One option each: a name may hold the comma that would part two.
      ...[...moreLabels, ...moreIds, ...named('ignored')].flatMap((name) => option('--ignore', name)),
      ...settingOptions(run.settings, auto),
      ...['--threshold', rule],
      ...(rows === 'flagged' ? ['--out', `flagged.${format}`] : ['--scores', `all.${format}`]),
      ...chosen,
      ...option('--model', model),
    ].map(quoted),
  ].join(' ')
}

/** What of a run the command line has no words for, so that its result may differ; empty when nothing is known. */
export function beyondCommandLine({
  run,
  flagged,
  rows,
  codes,
  neutraliseFormulas,
}: {
  run: RunSummary
  /** How many rows the line on screen flags. */
  flagged: number
  rows: 'flagged' | 'all'
  codes: boolean
  neutraliseFormulas: boolean
}): string[] {
  // A scoring takes its line from the model; one that flags as many rows flags the same rows.
  const isMoved = run.scored !== null && flagged / run.rows !== run.scored.drift.scores.flaggedNow
  return [
    ...(run.state === 'partial' && !run.scored
      ? [`that the training was paused after ${run.stepsDone} steps`]
      : []),
    ...(isMoved ? ['that the line was moved'] : []),
    ...(run.scored && rows === 'flagged' ? ['to write the flagged rows only'] : []),
    ...(codes ? ['to add the codes'] : []),
    ...(neutraliseFormulas ? [] : ['to leave formulas as they are']),
  ]
}

/** A data set's name without what tells its format. */
const stemOf = (datasetName: string): string =>
  datasetName.replace(/(\.csv|\.tsv|\.txt)?(\.gz)?$/i, '') || 'table'

/** A name for the exported file, after the table's own. */
export function exportName(datasetName: string, rows: 'flagged' | 'all', format: ExportFormat): string {
  return `${stemOf(datasetName)}-${rows === 'flagged' ? 'flagged' : 'scored'}.${format}`
}

/** What a run's model is called: after the table it was trained on, which is not the one it scored. */
export const modelStem = ({ scored }: RunSummary, dataset: Dataset): string =>
  stemOf(scored?.modelName ?? dataset.name)

/** A name for the exported model. */
export const modelName = (stem: string, format: ModelFormat): string =>
  `${stem}${format === 'onnx' ? '-model.onnx' : '-tensorflowjs.zip'}`
