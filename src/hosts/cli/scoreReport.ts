import type { SchemaDifference } from '../../contract/records.ts'
import { closingLines } from './closingLines.ts'
import type { Scoring } from './score.ts'
import { counted, printable, seconds, short, whole } from './words.ts'

/** The one object that `residual score --json` prints. */
export function jsonScoreReport({ run, scored, model, written }: Scoring) {
  const { threshold } = run
  return {
    rows: run.rows,
    flagged: threshold.flagged,
    cut: threshold.cut,
    seconds: { score: run.seconds.score },
    engine: run.engine,
    model: {
      name: model.name,
      trainedAt: model.trainedAt,
      flavour: model.flavour,
      trainingHash: model.trainingHash,
    },
    differences: scored.differences,
    drift: scored.drift,
    written,
  }
}

/** Drifted columns are named at most this many, the strongest first. */
const mostColumns = 10

/** The same for people: what was flagged, how the data differ from those of the training, and the oddest rows. */
export function textScoreReport(found: Scoring): string {
  const { run, scored, model } = found
  const { flagged, cut } = run.threshold
  const { scores, columns } = scored.drift
  const drifted = columns.filter(({ level }) => level !== 'none')
  const lines = [
    `${found.file}: ${counted(run.rows, 'row')} scored by ${model.name} (${model.flavour.kind}, trained ${model.trainedAt.slice(0, 10)} on ${counted(model.rows, 'row')}) in ${seconds(run.seconds.score)}`,
    `${whole(flagged)} of ${counted(run.rows, 'row')} flagged (${percent(scores.flaggedNow)}, in training ${percent(scores.flaggedTrained)}): score at least ${short(cut)}`,
    ...scored.differences.map((one) => differenceLine(one, scored.differences)),
    `Drift of the scores: ${scores.level} (${short(scores.index)}), median ${short(scores.medianNow)}, in training ${short(scores.medianTrained)}`,
    drifted.length === 0
      ? 'Drift of the columns: none'
      : `Drift of the columns: ${drifted
          .slice(0, mostColumns)
          .map(({ column, level, index }) => `${column} ${level} (${short(index)})`)
          .join(
            ', ',
          )}${drifted.length > mostColumns ? ` and ${whole(drifted.length - mostColumns)} more` : ''}`,
    ...closingLines(found),
  ]
  return `${lines.map(printable).join('\n')}\n`
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** A sentence about one difference; `all` of them tell whether a missing column goes by another name. */
export function differenceLine(difference: SchemaDifference, all: readonly SchemaDifference[]): string {
  const { column } = difference
  switch (difference.kind) {
    case 'missing-column':
      return `Column ${column} is not in the data: every cell of it counts as missing.${renameHint(column, all)}`
    case 'extra-column':
      return `Column ${column} was not trained on and is not read.`
    case 'retyped-column':
      return `Column ${column} reads as ${difference.found}, the model wants ${difference.expected}: ${counted(difference.misfits, 'cell')} that cannot be read so ${difference.misfits === 1 ? 'counts' : 'count'} as missing.`
    case 'unseen-categories':
      return `Column ${column} has values that training never saw, in ${counted(difference.rows, 'row')}: ${difference.values.join(', ')}.`
    case 'unlisted-categories':
      return `Column ${column} had too many different values in training to list: ${counted(difference.rows, 'row')} with a rare or a new value ${difference.rows === 1 ? 'counts' : 'count'} as "another value".`
  }
}

/** A column that the model does not know, but for case and spaces the missing one. */
function renameHint(missing: string, all: readonly SchemaDifference[]): string {
  const plain = (name: string) => name.replace(/\s/g, '').toLowerCase()
  const near = all.find(({ kind, column }) => kind === 'extra-column' && plain(column) === plain(missing))
  return near === undefined ? '' : ` "${near.column}" is in the file: rename it to "${missing}".`
}
