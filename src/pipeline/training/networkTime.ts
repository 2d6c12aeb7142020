import { setImmediate } from 'node:timers/promises'
import type { Engine, Matrix, ModelSpec, Session } from '../../engine/engine.ts'
import { phasesOf } from '../../engine/program/phases.ts'
import { secondsSince } from './preparingTime.ts'

/** Seconds of the parts that a network's training and scoring are made of. */
export interface NetworkTime {
  /** In the order of `phasesOf`. */
  readonly phases: readonly { readonly compile: number; readonly step: number }[]
  /** One evaluation of the held-out rows; 0 where none are held out. */
  readonly validation: { readonly compile: number; readonly evaluation: number }
  readonly scoring: { readonly compile: number; readonly row: number }
}

/** Measuring steps goes on for about this long, all phases together. */
const measuredMilliseconds = 150
/** A chunk of steps takes about this long, so that calls can come in between. */
const chunkMilliseconds = 50
const mostSteps = 16
/** Enough that measuring never comes to the end of a phase. */
const manySteps = 1_000_000

const known = new Map<string, NetworkTime>()

/**
 * Measures a network on rows that stand for a table's, once for each shape: what changes only numbers, not work, does
 * not make another. Nothing that it starts goes on when it has ended.
 * @throws AbortError when cancelled, and then nothing is remembered
 */
export async function measureNetwork(input: {
  readonly engine: Engine
  readonly spec: ModelSpec
  readonly rows: Matrix
  readonly heldOut: number
  readonly signal: AbortSignal
}): Promise<NetworkTime> {
  const { engine, rows, heldOut, signal } = input
  const pretrainingSteps = input.spec.schedule.pretrainingSteps > 0 ? manySteps / 2 : 0
  const spec: ModelSpec = {
    ...input.spec,
    seed: 1,
    batchRows: Math.min(input.spec.batchRows, rows.rows),
    schedule: { ...input.spec.schedule, peakLearningRate: 1e-3, steps: manySteps, pretrainingSteps },
  }
  const key = JSON.stringify([engine.name, { ...spec, ranges: spec.ranges !== null }, heldOut])
  const found = known.get(key)
  if (found) return found
  signal.throwIfAborted()
  const phases: { compile: number; step: number }[] = []
  let validation = { compile: 0, evaluation: 0 }
  let scoring = { compile: 0, row: 0 }
  const starts = phasesOf(spec)
  for (const [index, phase] of starts.entries()) {
    let session = await engine.open(spec, rows)
    try {
      if (phase.fromStep > 0) {
        const state = { ...session.state(), step: phase.fromStep }
        await session.close()
        session = await engine.open(spec, rows, state)
      }
      phases.push(await measureSteps(session, measuredMilliseconds / starts.length, signal))
      if (index < starts.length - 1) continue
      if (heldOut > 0) validation = await measureValidation(session, firstRows(rows, heldOut), signal)
      scoring = await measureScoring(session, rows, signal)
    } finally {
      await session.close()
    }
  }
  const measured: NetworkTime = { phases, validation, scoring }
  known.set(key, measured)
  return measured
}

/** The same of a network that is computed, not trained: scoring alone. */
export async function measureScoringOf(input: {
  readonly engine: Engine
  readonly spec: ModelSpec
  readonly rows: Matrix
  readonly signal: AbortSignal
}): Promise<NetworkTime['scoring']> {
  const session = await input.engine.open({ ...input.spec, batchRows: 1 }, input.rows)
  try {
    return await measureScoring(session, input.rows, input.signal)
  } finally {
    await session.close()
  }
}

async function measureSteps(
  session: Session,
  milliseconds: number,
  signal: AbortSignal,
): Promise<{ compile: number; step: number }> {
  const first = await secondsOf(() => session.train(1), signal)
  const found: number[] = []
  const from = performance.now()
  for (let steps = 1; performance.now() - from < milliseconds || found.length < 2; ) {
    const perStep = (await secondsOf(() => session.train(steps), signal)) / steps
    found.push(perStep)
    steps = Math.max(1, Math.min(2 * steps, mostSteps, Math.floor(chunkMilliseconds / 1000 / perStep)))
  }
  // The first steps are slower than the rest.
  const settled = found.slice(Math.floor(found.length / 2)).toSorted((a, b) => a - b)
  const step = settled[Math.floor(settled.length / 2)] ?? 0
  return { compile: Math.max(0, first - step), step }
}

async function measureValidation(session: Session, rows: Matrix, signal: AbortSignal) {
  const first = await secondsOf(() => session.evaluate(rows), signal)
  const evaluation = await secondsOf(() => session.evaluate(rows), signal)
  return { compile: Math.max(0, first - evaluation), evaluation }
}

async function measureScoring(session: Session, rows: Matrix, signal: AbortSignal) {
  const first = await secondsOf(() => session.rowCosts(rows), signal)
  const scoring = await secondsOf(() => session.rowCosts(rows), signal)
  return { compile: Math.max(0, first - scoring), row: scoring / rows.rows }
}

/** `count` rows: the first ones, again and again where there are fewer. */
function firstRows({ rows, columns, values }: Matrix, count: number): Matrix {
  const repeated = new Float32Array(count * columns)
  for (let row = 0; row < count; row++) {
    const from = (row % rows) * columns
    repeated.set(values.subarray(from, from + columns), row * columns)
  }
  return { rows: count, columns, values: repeated }
}

/** Lets calls in and looks for a cancel, then measures. */
async function secondsOf(work: () => Promise<unknown>, signal: AbortSignal): Promise<number> {
  await setImmediate()
  signal.throwIfAborted()
  const from = performance.now()
  await work()
  return secondsSince(from)
}
