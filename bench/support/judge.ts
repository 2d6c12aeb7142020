import type { TrainingSettings } from '../../src/contract/records.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { metricsAt } from '../../src/pipeline/evaluation/evaluate.ts'
import { readLabels } from '../../src/pipeline/evaluation/labels.ts'
import type { PreparedTable } from '../../src/pipeline/features/prepare.ts'
import { detect, prepareTable } from '../../src/pipeline/run.ts'
import type { BenchTable } from './tables.ts'

export const measures = ['AUROC', 'AP', 'MCC', 'flagged', 'train s', 'score s'] as const
export type Line = Readonly<Record<(typeof measures)[number], number>>

export function meanLine(lines: readonly Line[]): Line {
  const mean = (measure: keyof Line) => lines.reduce((sum, line) => sum + line[measure], 0) / lines.length
  return Object.fromEntries(measures.map((measure) => [measure, mean(measure)])) as Line
}

/** Trains on a table and judges the scores by its labels, as often as asked; the table is encoded once. */
export function openJudge(engine: Engine, name: string, { table, labels }: BenchTable) {
  const codes = readLabels(labels)?.codes
  if (!codes) throw new Error(`${name} has no usable label column`)
  const { signal } = new AbortController()
  const prepared = new Map<boolean, Promise<PreparedTable>>()
  const preparedFor = (softClip: boolean) => {
    const known = prepared.get(softClip) ?? prepareTable({ table, settings: { softClip }, signal })
    prepared.set(softClip, known)
    return known
  }
  return async (settings: Partial<TrainingSettings>): Promise<Line> => {
    const found = await detect({
      table,
      engine,
      settings,
      prepared: await preparedFor(settings.softClip ?? true),
      signal,
    })
    const metrics = metricsAt({
      sorted: found.sorted,
      labels: Uint8Array.from(found.order, (row) => codes[row] ?? 255),
      cut: found.threshold.cut,
    })
    if (!metrics) throw new Error(`${name} has only one kind of row`)
    return {
      AUROC: metrics.auroc,
      AP: metrics.averagePrecision,
      MCC: metrics.matthews,
      flagged: found.threshold.flagged / table.rows,
      'train s': found.seconds.train,
      'score s': found.seconds.score,
    }
  }
}
