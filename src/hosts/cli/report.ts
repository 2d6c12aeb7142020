import { closingLines } from './closingLines.ts'
import type { Detection } from './detect.ts'
import type { RunResult } from './results.ts'
import { counted, printable, seconds, short, table, whole } from './words.ts'

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
    metrics: found.metrics,
    engine: run.engine,
    seed: run.settings.seed,
    settings: run.settings,
    steps: run.stepsDone,
    bestStep: run.bestStep,
    phases: run.phases,
    parameters: run.trainableParameters,
    written: found.written,
    runs: found.runs.map((one) => ({
      // Without a project a run is gone by now, and its name means nothing.
      run: found.project === null ? null : one.run.runId,
      seed: one.run.settings.seed,
      threshold: { rule: one.threshold.rule, value: one.threshold.value },
      flagged: one.threshold.flagged,
      metrics: one.metrics,
    })),
  }
}

/** The same for people: what was read, what was flagged and why, and the ten oddest rows. */
export function textReport(found: Detection): string {
  const { run, threshold, metrics } = found
  const { flavour, seed } = run.settings
  const share = ((100 * threshold.flagged) / Math.max(1, run.rows)).toFixed(1)
  const imported = found.importSeconds === null ? '' : `Import ${seconds(found.importSeconds)}, `
  const trained = `training ${seconds(run.seconds.train)}, scoring ${seconds(run.seconds.score)}`
  const why = run.suggestions.find(
    (one) => one.rule === threshold.rule && one.value === threshold.value,
  )?.reason
  const lines = [
    `${found.file}: ${counted(run.rows, 'row')}, ${counted(found.columns, 'column')}, ${counted(run.features, 'input')}`,
    ...leftOutLine(found),
    `${imported}${trained} (${flavour.kind}, ${run.engine}, seed ${seed})`,
    `${whole(threshold.flagged)} of ${counted(run.rows, 'row')} flagged (${share} %): score at least ${short(threshold.cut)}, by ${ruleName(found)}`,
    ...budgetLine(found),
    ...(why === undefined ? [] : [why]),
    ...(metrics === null || found.evaluation === null
      ? []
      : [
          `Against ${found.evaluation.labelColumn}: AUROC ${short(metrics.auroc)}, average precision ${short(metrics.averagePrecision)}, precision ${short(metrics.precision)}, recall ${short(metrics.recall)}, F1 ${short(metrics.f1)}`,
        ]),
    ...seedLines(found),
    ...closingLines(found),
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

/** What each seed found, where there are several; the rows below are the first one's. */
function seedLines({ runs }: Detection): string[] {
  if (runs.length < 2) return []
  const metrics = ({ metrics: found }: RunResult) =>
    found === null ? [] : [short(found.auroc), short(found.averagePrecision)]
  const withMetrics = runs.some((one) => one.metrics !== null)
  return [
    '',
    ...table([
      ['seed', 'flagged', 'cut', ...(withMetrics ? ['AUROC', 'average precision'] : [])],
      ...runs.map((one) => [
        String(one.run.settings.seed),
        whole(one.threshold.flagged),
        short(one.threshold.cut),
        ...metrics(one),
      ]),
    ]),
    `The rest is of seed ${runs[0]?.run.settings.seed}.`,
  ]
}
