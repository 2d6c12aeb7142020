import type { TrainingEstimate, TrainingSettings } from '../../contract/records.ts'
import { heldOutRows } from '../../contract/settings.ts'
import type { Engine, Matrix, ModelSpec, Session } from '../../engine/engine.ts'
import { denseLayout } from '../../engine/program/layout.ts'
import { fillNormals, seededRandom } from '../../engine/random.ts'
import { trainModel } from './train.ts'

/** Reading, fitting and encoding one cell of a table, ranking one row: measured on the development tables. */
const preparedCellSeconds = 1.2e-7
const rankedRowSeconds = 5e-7
/** Of the training time, for evaluating held-out rows. */
const validationShare = 0.15
/** Rows that stand in for the table's; as many are scored at once. */
const standInRows = 4096
/** Measuring steps goes on for about this long. */
const measuredMilliseconds = 100
/** Compiled graphs, the database's cache and what waits to be collected. */
const fixedBytes = 90e6
/** Arrays of a layer's size that a step keeps at its highest. */
const arraysPerLayer = 6
/** Of each row: scores, their order, sorted scores, row numbers that are drawn from, and what sorting takes. */
const bytesPerRow = 32

/** Seconds of the parts that a training's time is made of. */
interface Measured {
  readonly compile: number
  readonly step: number
  readonly scoredRow: number
}

const known = new Map<string, Measured>()

/**
 * How long a training and the scoring after it will take and how much memory: a few real steps and one batch of
 * scoring are measured on stand-in rows (about 0.3 s, once for each shape of network), the rest is counted.
 * @param input.plan as `planModel` made it for a table of so many rows
 * @throws AbortError when cancelled; Failure `engine` where the engine cannot run the network
 */
export async function estimateTraining(input: {
  readonly engine: Engine
  readonly plan: { readonly settings: TrainingSettings; readonly spec: ModelSpec }
  readonly rows: number
  readonly signal: AbortSignal
}): Promise<TrainingEstimate> {
  const { plan, rows } = input
  const { settings, spec } = plan
  const preparing = rows * (spec.features * preparedCellSeconds + rankedRowSeconds)
  const bytes = estimatedBytes(spec, rows)
  if (settings.flavour.kind === 'pca') return { seconds: preparing + (await componentSeconds(input)), bytes }
  const { compile, step, scoredRow } = await measuredOnce(input)
  const isValidated = heldOutRows(rows, settings.validationShare) > 0
  const phases = spec.schedule.pretrainingSteps > 0 ? spec.codeLayer + 2 : 1
  const training = spec.schedule.steps * step * (isValidated ? 1 + validationShare : 1)
  // Validation and scoring compile graphs of their own, which have no gradients.
  const compiling = compile * (phases + (isValidated ? 0.5 : 0) + 0.5)
  return { seconds: preparing + compiling + training + rows * scoredRow, bytes }
}

async function measuredOnce(input: Parameters<typeof estimateTraining>[0]): Promise<Measured> {
  const { engine, plan, rows, signal } = input
  // What only changes numbers, not work, does not make another network.
  const spec: ModelSpec = {
    ...plan.spec,
    seed: 1,
    schedule: { ...plan.spec.schedule, steps: 1_000_000, pretrainingSteps: 0 },
  }
  const key = JSON.stringify([engine.name, spec])
  const found = known.get(key)
  if (found) return found
  signal.throwIfAborted()
  const matrix = standIn(Math.min(rows, standInRows), spec)
  const session = await engine.open(spec, matrix)
  try {
    const first = await secondsOf(() => session.train(1))
    signal.throwIfAborted()
    const step = await secondsPerStep(session, signal)
    await session.rowCosts(matrix)
    const scoredRow = (await secondsOf(() => session.rowCosts(matrix))) / matrix.rows
    const measured = { compile: Math.max(0, first - step), step, scoredRow }
    known.set(key, measured)
    return measured
  } finally {
    await session.close()
  }
}

/** The median of chunks that double until they are long enough to be measured. */
async function secondsPerStep(session: Session, signal: AbortSignal): Promise<number> {
  const found: number[] = []
  const ends = performance.now() + measuredMilliseconds
  for (let steps = 1; performance.now() < ends || found.length < 2; steps = Math.min(steps * 2, 16)) {
    signal.throwIfAborted()
    found.push((await secondsOf(() => session.train(steps))) / steps)
  }
  // The first steps are slower than the rest.
  const settled = found.slice(Math.floor(found.length / 2)).toSorted((a, b) => a - b)
  return settled[Math.floor(settled.length / 2)] ?? 0
}

/** Principal components of twice as many rows take twice as long for the rows, and as long for the components. */
async function componentSeconds(input: Parameters<typeof estimateTraining>[0]): Promise<number> {
  const { engine, plan, rows, signal } = input
  const { settings } = plan
  const encoder = { version: 1 as const, softClip: true, columns: [], dropped: [] }
  const timed = async (count: number): Promise<number> => {
    const matrix = standIn(count, plan.spec)
    return secondsOf(() => trainModel({ engine, encoder, settings, spec: plan.spec, matrix, signal }))
  }
  const large = Math.min(rows, standInRows)
  const small = Math.max(1, Math.floor(large / 4))
  await timed(small)
  const [short, long] = [await timed(small), await timed(large)]
  const perRow = large > small ? Math.max(0, (long - short) / (large - small)) : 0
  return long + (rows - large) * perRow
}

/** Matrix, what is kept of each row, weights and moments in and out, the noise bank, and a step's activations. */
function estimatedBytes(spec: ModelSpec, rows: number): number {
  const { features, layers, copies, batchRows } = spec
  const cells = copies * batchRows * features
  const bank = spec.corruption.kind === 'none' ? 0 : Math.min(4 * cells, 4_194_304) + 524_288
  const activations =
    arraysPerLayer * copies * batchRows * (features + layers.reduce((sum, one) => sum + one, 0))
  const state = 9 * denseLayout(spec).size
  return rows * (4 * features + bytesPerRow) + 4 * (2 * bank + activations + state) + fixedBytes
}

function standIn(rows: number, { features, ranges, hasMissing }: ModelSpec): Matrix {
  const values = new Float32Array(rows * features)
  fillNormals(values, seededRandom(1, 'stand-in rows'), ranges ? 0.1 : 1)
  if (hasMissing) values[0] = Number.NaN
  return { rows, columns: features, values }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}
