import type { RunSummary } from '../../../src/contract/records.ts'
import { flavourTitles } from '../../flavourWords.ts'
import { formatCount } from '../../format.ts'
import type { RunMeasures } from '../../state/useComparison.ts'

/** One run as the table shows it. */
export interface ComparedRun {
  readonly run: RunSummary
  /** null while its scores are being read. */
  readonly measures: RunMeasures | null
  readonly differences: string
}

/** A column of numbers, by which the runs can be sorted. */
export interface RunColumn {
  readonly name: string
  readonly title: string
  /** What it says, for those who do not know. */
  readonly help: string
  readonly value: (compared: ComparedRun) => number | null
  readonly text: (value: number) => string
}

const seconds = (value: number) => (value < 100 ? value.toFixed(1) : formatCount(value))
const share = (value: number) => value.toFixed(3)

export const runColumns: readonly RunColumn[] = [
  {
    name: 'parameters',
    title: 'Parameters',
    help: 'Weights and biases of all copies',
    value: ({ run }) => run.trainableParameters,
    text: formatCount,
  },
  {
    name: 'seconds',
    title: 'Seconds',
    help: 'Training and scoring',
    value: ({ run }) => run.seconds.train + run.seconds.score,
    text: seconds,
  },
  {
    name: 'flagged',
    title: 'Flagged',
    help: 'Rows at or above the run’s threshold',
    value: ({ run }) => run.threshold.flagged,
    text: formatCount,
  },
  {
    name: 'auroc',
    title: 'AUROC',
    help: 'Chance that an anomaly scores higher than a normal row, by the labels',
    value: ({ measures }) => measures?.auroc ?? null,
    text: share,
  },
  {
    name: 'average-precision',
    title: 'AP',
    help: 'Average precision, by the labels: how pure the top of the ranking is. 1 when all anomalies come first',
    value: ({ measures }) => measures?.averagePrecision ?? null,
    text: share,
  },
  {
    name: 'same-flags',
    title: 'Same flags',
    help: 'How far the flags are those of the open run: of as many highest rows as it flags, those in both over those in either. 1 when they are the same',
    value: ({ measures }) => measures?.sameFlags ?? null,
    text: share,
  },
  {
    name: 'correlation',
    title: 'Rank correlation',
    help: 'Spearman’s correlation of the ranks of all rows with those of the open run',
    value: ({ measures }) => measures?.correlation ?? null,
    text: share,
  },
]

/** How a table of runs is sorted: by when they ended, their kind, or a column. */
export interface RunSort {
  readonly by: string
  readonly descending: boolean
}

/** Runs in order; those without a value come last either way, and ties stay as they were. */
export function sortRuns(runs: readonly ComparedRun[], { by, descending }: RunSort): readonly ComparedRun[] {
  const direction = descending ? -1 : 1
  if (by === 'ended') {
    return runs.toSorted((one, other) => direction * one.run.createdAt.localeCompare(other.run.createdAt))
  }
  if (by === 'kind') {
    const kind = ({ run }: ComparedRun) => flavourTitles[run.settings.flavour.kind]
    return runs.toSorted((one, other) => direction * kind(one).localeCompare(kind(other)))
  }
  const column = runColumns.find(({ name }) => name === by)
  if (!column) return runs
  return runs.toSorted((one, other) => {
    const [first, second] = [column.value(one), column.value(other)]
    if (first === null || second === null) return Number(first === null) - Number(second === null)
    return direction * (first - second)
  })
}
