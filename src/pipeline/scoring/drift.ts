import type { ColumnDrift, ColumnType, Drift, DriftLevel } from '../../contract/records.ts'
import { isoText } from '../dataset/layout.ts'
import type { CellVector, TableChunk } from '../dataset/table.ts'
import type { Encoder } from '../features/encoder.ts'
import { quantile } from '../features/scaling.ts'
import { type Bins, binNames, countBins, countSorted, trainedShares } from './bins.ts'
import { mostSampledRows, type Reference } from './reference.ts'

/** Counts new rows as they come, beside the rows that a model was trained on. */
export interface DriftTally {
  /** A chunk with the columns of the model's encoder. */
  add(aligned: TableChunk): void
  /**
   * @param sorted scores of the new rows, from highest to lowest
   * @param flagged how many of them the model's threshold flags
   */
  drift(sorted: Float32Array, flagged: number): Drift
}

export function startDrift(encoder: Encoder, reference: Reference): DriftTally {
  const trained = new Map(reference.columns.map((one) => [one.column, one]))
  const columns = encoder.columns.flatMap(({ name, type }, place) => {
    const summary = trained.get(name)
    return summary ? [{ ...summary, type, place, counts: [] as number[], missingCells: 0 }] : []
  })
  const trainedRows = Math.min(reference.rows, mostSampledRows)
  let rows = 0

  const columnDrift = (one: (typeof columns)[number]): ColumnDrift => {
    const { column, type, bins, missing, counts, missingCells } = one
    // Of all rows, so that missing cells are one bin more.
    const before = trainedShares(bins).map((share) => share * (1 - missing) * trainedRows)
    const { index, level } = stability([...before, missing * trainedRows], [...counts, missingCells])
    return {
      column,
      index,
      level,
      missingTrained: missing,
      missingNow: missingCells / Math.max(1, rows),
      bins: namedBins(bins, type).map((name, bin) => ({
        name,
        trained: (before[bin] ?? 0) / Math.max(1, trainedRows),
        now: (counts[bin] ?? 0) / Math.max(1, rows),
      })),
    }
  }

  return {
    add(aligned) {
      rows += aligned.rows
      for (const column of columns) {
        const vector = aligned.vectors[column.place]
        if (!vector) continue
        const counts = countBins(column.bins, vector)
        column.counts = counts.map((count, bin) => count + (column.counts[bin] ?? 0))
        column.missingCells += missingCells(vector)
      }
    },
    drift(sorted, flagged) {
      const { bins, median, flagged: flaggedTrained } = reference.scores
      const before = trainedShares(bins).map((share) => share * reference.rows)
      const upwards = sorted.toReversed()
      const now = countSorted(bins, upwards)
      return {
        columns: columns.map(columnDrift).sort((one, other) => other.index - one.index),
        scores: {
          ...stability(before, now),
          flaggedTrained: flaggedTrained / reference.rows,
          flaggedNow: flagged / Math.max(1, upwards.length),
          medianTrained: median,
          medianNow: upwards.length === 0 ? 0 : quantile(upwards, 0.5),
        },
      }
    },
  }
}

/**
 * Population stability index of two samples by bin: sum of (p - q) ln(p / q) over the bins' shares (Siddiqi, Credit
 * Risk Scorecards, 2006), each count raised by a half so that an empty bin has a logarithm. Under no drift it is
 * about (1/n + 1/m) times a chi-square with one degree less than bins (Yurdakul, Statistical Properties of the
 * Population Stability Index, 2018): what chance alone reaches in one of a hundred columns is no drift.
 */
export function stability(
  before: readonly number[],
  now: readonly number[],
): { index: number; level: DriftLevel } {
  const half = 0.5
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
  const [rowsBefore, rowsNow] = [total(before), total(now)]
  const used = before.map((count, bin) => [count, now[bin] ?? 0] as const).filter(([p, q]) => p + q > 0)
  let index = 0
  for (const [p, q] of used) {
    const share = (p + half) / (rowsBefore + half * used.length)
    const shareNow = (q + half) / (rowsNow + half * used.length)
    index += (shareNow - share) * Math.log(shareNow / share)
  }
  const chance = (1 / Math.max(1, rowsBefore) + 1 / Math.max(1, rowsNow)) * chiSquare99(used.length - 1)
  const level = index < 0.1 || index <= chance ? 'none' : index < 0.25 ? 'some' : 'strong'
  return { index, level }
}

/** The 99 % quantile of chi-square, by Wilson and Hilferty's cube (1931). */
function chiSquare99(degrees: number): number {
  if (degrees < 1) return 0
  const normal99 = 2.326
  const part = 2 / (9 * degrees)
  return degrees * (1 - part + normal99 * Math.sqrt(part)) ** 3
}

function missingCells(vector: CellVector): number {
  let missing = 0
  for (const value of vector.values) if (value === null || Number.isNaN(value)) missing++
  return missing
}

function namedBins(bins: Bins, type: ColumnType): string[] {
  if (type !== 'date-time') return binNames(bins, (edge) => String(Number(edge.toPrecision(5))))
  return binNames(bins, (edge) => isoText(edge).slice(0, 16).replace('T', ' '))
}
