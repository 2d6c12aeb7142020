import type { TrainingEstimate, TrainingSettings } from '../../contract/records.ts'
import { heldOutRows } from '../../contract/settings.ts'
import type { Engine, Matrix, ModelSpec } from '../../engine/engine.ts'
import { denseLayout } from '../../engine/program/layout.ts'
import { phasesOf } from '../../engine/program/phases.ts'
import type { Table } from '../dataset/table.ts'
import type { Encoder } from '../features/encoder.ts'
import { withRows } from '../model/plan.ts'
import { mostComponentRows } from './componentRows.ts'
import { measureNetwork, measureScoringOf, type NetworkTime } from './networkTime.ts'
import { measurePreparing, type Rank, secondsSince } from './preparingTime.ts'
import { evaluationShare, mostLossPoints } from './steps.ts'
import { trainModel } from './train.ts'

interface EstimateInput {
  readonly engine: Engine
  /** As `planModel` made it for the table. */
  readonly plan: { readonly settings: TrainingSettings; readonly spec: ModelSpec }
  readonly table: Table
  readonly encoder: Encoder
  /** What fitting the encoder took; it is fitted again before the training. */
  readonly fitSeconds: number
  /** Ranks scores and suggests thresholds. */
  readonly rank: Rank
  readonly signal: AbortSignal
}

/** Writing a run's files until they are safe on the disk, which measuring here would wear out. */
const savingSeconds = 0.1

/**
 * How long a training and the scoring after it will take, and how much memory. Nothing is known beforehand of the
 * machine: reading, encoding and ranking are measured on the first rows of the table, steps, validation and scoring on
 * the real network, each once; the rest is counted.
 * @throws AbortError when cancelled; Failure `engine` where the engine cannot run the network
 */
export async function estimateTraining(input: EstimateInput): Promise<TrainingEstimate> {
  const { engine, plan, table, encoder, fitSeconds, rank, signal } = input
  const preparing = await measurePreparing({ table, encoder, rank, signal })
  const found = await withRows(plan.spec, preparing.rows, signal)
  const spec = { ...found, hasMissing: found.hasMissing || plan.spec.hasMissing }
  // The cells are read for encoding and, in the end, for the reference of drift.
  const around = savingSeconds + fitSeconds + 2 * preparing.reading + preparing.encoding + preparing.ranking
  const bytes = estimatedBytes(spec, table)
  if (plan.settings.flavour.kind === 'pca') {
    const components = await componentSeconds(input, preparing.rows)
    const scoring = await measureScoringOf({ engine, spec, rows: preparing.rows, signal })
    return { seconds: around + components + scoring.compile + scoring.row * table.rows, bytes }
  }
  const heldOut = heldOutRows(table.rows, plan.settings.validationShare)
  const time = await measureNetwork({ engine, spec, rows: preparing.rows, heldOut, signal })
  const { scoring } = time
  return { seconds: around + trainingSeconds(plan, time) + scoring.compile + scoring.row * table.rows, bytes }
}

function trainingSeconds(
  { settings, spec }: EstimateInput['plan'],
  { phases, validation: { compile, evaluation } }: NetworkTime,
): number {
  const steps = phasesOf(spec).map(({ fromStep, toStep }, index) => {
    const { compile: compiling = 0, step = 0 } = phases[index] ?? {}
    return { compiling, seconds: (toStep - fromStep) * step }
  })
  const training = steps.reduce((sum, { seconds }) => sum + seconds, 0)
  const compiling = steps.reduce((sum, phase) => sum + phase.compiling + compile, 0)
  // At the first point and the last, and between them as often as their share of the time allows.
  const points = Math.min(mostLossPoints, spec.schedule.steps)
  const evaluating =
    settings.earlyStopping === null
      ? Math.min(points * evaluation, 2 * evaluation + evaluationShare * training)
      : points * evaluation
  return training + compiling + evaluating
}

/** Rows that principal components are timed with, and fewer of wide tables: their time grows with the square. */
const componentRows = 2048
const componentCells = 1 << 19

/** Principal components of twice as many rows take twice as long for the rows, and as long for the components. */
async function componentSeconds(input: EstimateInput, rows: Matrix): Promise<number> {
  const { engine, plan, encoder, table, signal } = input
  const { settings, spec } = plan
  const timed = async (count: number): Promise<number> => {
    const values = rows.values.subarray(0, count * rows.columns)
    const matrix = { rows: count, columns: rows.columns, values }
    const from = performance.now()
    await trainModel({ engine, encoder, settings, spec, matrix, signal })
    return secondsSince(from)
  }
  const large = Math.min(rows.rows, componentRows, Math.max(64, Math.floor(componentCells / rows.columns)))
  const small = Math.max(1, Math.floor(large / 4))
  await timed(small)
  const [short, long] = [await timed(small), await timed(large)]
  const perRow = large > small ? Math.max(0, (long - short) / (large - small)) : 0
  return long + (Math.min(table.rows, mostComponentRows) - large) * perRow
}

// Fitted to what the benchmark of this estimate measured on its tables, from 4,000 x 6 to 1,000,000 x 30 and 1,555 columns.
/** Compiled graphs, the heap, and what waits to be collected. */
const fixedBytes = 70e6
/** Of each column: blocks and vectors of the database. */
const bytesPerColumn = 50_000
/** Of each cell, as the database keeps it in its cache. */
const bytesPerCell = 5
const mostCachedBytes = 2 ** 31
/** Cells that the encoder is fitted to, and the copies that are sorted. */
const fittedRows = 200_000
const bytesPerFittedCell = 16
/** Cells of a chunk that is read: several wait to be collected. */
const chunkRows = 65_536
const chunkCells = 2_000_000
const bytesPerChunkCell = 32
/** Arrays of a layer's size that a step keeps at its highest; the runtime's memory grows in powers of two. */
const arraysPerLayer = 12
/** Weights and moments: in use, going to helpers and coming back, and waiting to be collected. */
const arraysPerParameter = 32
/** Numbers that are drawn for each row of a step, here and for helpers: they wait to be collected, up to a point. */
const bytesPerDraw = 12
const mostDrawnBytes = 64e6
/** Of each row: scores, their order, sorted scores, row numbers that are drawn from, and what sorting takes. */
const bytesPerRow = 32

/** Cache, sample, matrix, what is kept of each row, weights and moments in and out, noise bank, a step's activations. */
function estimatedBytes(spec: ModelSpec, { rows, columns }: Table): number {
  const { features, layers, copies, batchRows } = spec
  const read = columns.filter(({ role }) => role === 'feature').length
  const cells = copies * batchRows * features
  const bank = spec.corruption.kind === 'none' ? 0 : Math.min(4 * cells, 4_194_304) + 524_288
  const activations =
    arraysPerLayer * copies * batchRows * (features + layers.reduce((sum, one) => sum + one, 0))
  const state = arraysPerParameter * denseLayout(spec).size
  const cache = Math.min(rows * read * bytesPerCell, mostCachedBytes) + read * bytesPerColumn
  const sample = Math.min(rows, fittedRows) * read * bytesPerFittedCell
  const chunk = Math.min(Math.min(rows, chunkRows) * read, 2 * chunkCells) * bytesPerChunkCell
  const kept = rows * (4 * features + bytesPerRow)
  const drawn = Math.min(spec.schedule.steps * copies * batchRows * bytesPerDraw, mostDrawnBytes)
  return fixedBytes + cache + sample + chunk + kept + drawn + 4 * (2 * bank + activations + state)
}
