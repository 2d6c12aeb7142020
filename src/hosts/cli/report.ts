import type { Metrics, ScoreOrder } from '../../contract/records.ts'
import type { Detection } from './detect.ts'
import { counted, printable, whole } from './words.ts'

/** The one object that `--json` prints. */
export function jsonReport(found: Detection) {
  const { run, threshold } = found
  return {
    rows: run.rows,
    columns: found.columns,
    features: run.features,
    seconds: { import: found.importSeconds, train: run.seconds.train, score: run.seconds.score },
    threshold: { rule: threshold.rule, value: threshold.value },
    flagged: threshold.flagged,
    metrics: metricsOf(found),
    engine: run.engine,
    seed: run.settings.seed,
  }
}

/** Evaluation at the threshold; null without labels. */
export function metricsOf({ evaluation, scores, threshold }: Detection): Metrics | null {
  if (evaluation === null) return null
  const { auroc, averagePrecision } = evaluation
  return { auroc, averagePrecision, ...atThreshold(scores, threshold.flagged) }
}

/** Precision, recall and F1 of the first `flagged` rows; rows without a label do not count. 0 where undefined. */
export function atThreshold({ labels }: Pick<ScoreOrder, 'labels'>, flagged: number) {
  const count = (values: Uint8Array, label: number) =>
    values.reduce((sum, value) => sum + (value === label ? 1 : 0), 0)
  const all = labels ?? new Uint8Array()
  const hits = count(all.subarray(0, flagged), 1)
  const false_ = count(all.subarray(0, flagged), 0)
  const precision = hits / Math.max(1, hits + false_)
  const recall = hits / Math.max(1, count(all, 1))
  const f1 = hits === 0 ? 0 : (2 * precision * recall) / (precision + recall)
  return { precision, recall, f1 }
}

/** The same for people: what was read, what was flagged and why, and the ten oddest rows. */
export function textReport(found: Detection): string {
  const { run, threshold } = found
  const seconds = (value: number) => `${value.toFixed(1)} s`
  const share = ((100 * threshold.flagged) / Math.max(1, run.rows)).toFixed(1)
  const metrics = metricsOf(found)
  const why = run.suggestions.find(
    (one) => one.rule === threshold.rule && one.value === threshold.value,
  )?.reason
  const lines = [
    `${found.file}: ${counted(run.rows, 'row')}, ${counted(found.columns, 'column')}, ${counted(run.features, 'feature')}`,
    ...leftOutLine(found),
    `Import ${seconds(found.importSeconds)}, training ${seconds(run.seconds.train)}, scoring ${seconds(run.seconds.score)} (${run.engine}, seed ${run.settings.seed})`,
    `${whole(threshold.flagged)} of ${counted(run.rows, 'row')} flagged (${share} %): score at least ${short(threshold.cut)}, by ${ruleName(found)}`,
    ...budgetLine(found),
    ...(why === undefined ? [] : [why]),
    ...(metrics === null || found.evaluation === null
      ? []
      : [
          `Against ${found.evaluation.labelColumn}: AUROC ${short(metrics.auroc)}, average precision ${short(metrics.averagePrecision)}, precision ${short(metrics.precision)}, recall ${short(metrics.recall)}, F1 ${short(metrics.f1)}`,
        ]),
    '',
    ...table([
      ['rank', 'row', 'score', 'flagged', 'why'],
      ...found.top.rows.map((row) => [
        whole(row.rank),
        // As a person counts, and --help says: the first row below the header is row 1.
        whole(row.row + 1),
        short(row.score),
        row.flagged ? 'yes' : 'no',
        row.reasons.map((reason) => `${reason.column} ${percentOf(reason.share, row.score)}`).join(', '),
      ]),
    ]),
    ...(found.setAside === 0
      ? []
      : [
          '',
          `Row numbers leave out the ${counted(found.setAside, 'line')} set aside, so they are not line numbers of the file.`,
        ]),
    ...(found.written.length === 0 ? [] : ['', ...found.written.map((path) => `Written: ${path}`)]),
  ]
  return `${lines.map(printable).join('\n')}\n`
}

/** Names a few; a wide table may leave out thousands. */
const mostNamed = 20

function leftOutLine({ leftOut }: Detection): string[] {
  if (leftOut.length === 0) return []
  const named = leftOut.slice(0, mostNamed).map(({ name, why }) => `${name} (${why})`)
  const more = leftOut.length > mostNamed ? ` and ${whole(leftOut.length - mostNamed)} more` : ''
  return [`Not trained on: ${named.join(', ')}${more}`]
}

/** More than this share of the rows is more than most people want to look through. */
const largeShare = 0.1

function budgetLine({ run, threshold }: Detection): string[] {
  if (threshold.rule === 'top-k' || threshold.flagged <= largeShare * run.rows) return []
  const budget = [50, 10, 1].find((rows) => rows < threshold.flagged)
  if (budget === undefined) return []
  return [
    `That is a large share. For a review budget, --threshold top-k:${budget} flags the ${counted(budget, 'oddest row', 'oddest rows')}.`,
  ]
}

const ruleName = ({ threshold: { rule, value } }: Detection) =>
  value === null ? rule : `${rule}:${short(value)}`
const short = (value: number) => Number(value.toPrecision(4)).toString()
const percentOf = (share: number, score: number) => `${Math.round((100 * share) / (score || 1))} %`

/** Columns padded to their widest cell; all but the last are set right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
}
