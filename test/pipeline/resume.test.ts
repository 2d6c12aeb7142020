import { describe, expect, it } from 'vitest'
import { autoFlavours } from '../../src/contract/flavours.ts'
import type { TrainingSettings } from '../../src/contract/records.ts'
import { flavourKinds } from '../../src/contract/settings.ts'
import { openEngine } from '../../src/engine/engines.ts'
import { type Detection, detect } from '../../src/pipeline/run.ts'
import type { Unfinished } from '../../src/pipeline/training/train.ts'
import { parseModel, serialiseModel } from '../../src/pipeline/training/trainedModel.ts'
import { type ArrayColumn, arrayTable } from '../support/arrayTable.ts'

const rows = 520
const steps = 40
const at = (cell: (row: number) => ArrayColumn['cells'][number]) =>
  Array.from({ length: rows }, (_, row) => cell(row))
const columns: ArrayColumn[] = [
  { name: 'load', cells: at((row) => (row % 10 === 7 ? null : Math.sin(row * 0.7))) },
  { name: 'heat', cells: at((row) => 2 * Math.sin(row * 0.7) + Math.sin(row * 0.31)) },
  { name: 'drift', cells: at((row) => Math.sin(row * 0.31)) },
  { name: 'state', cells: at((row) => (Math.sin(row * 0.7) > 0 ? 'high' : 'low')) },
]

async function run(
  settings: Partial<TrainingSettings>,
  resume?: Unfinished,
  stopAfter = Number.POSITIVE_INFINITY,
): Promise<Detection> {
  const cancel = new AbortController()
  return detect({
    table: arrayTable(columns, 64),
    // A new engine each time, as after a restart of the program.
    engine: await openEngine('onnx'),
    settings,
    resume,
    signal: cancel.signal,
    onProgress: (progress) => progress.phase === 'training' && progress.step >= stopAfter && cancel.abort(),
  })
}

/** What must be equal to the last bit. Which points of the curve are evaluated depends on the clock. */
const exact = ({ model, scores, complete, bestStep, stepsDone, threshold, curve, phases }: Detection) => ({
  model,
  scores,
  complete,
  bestStep,
  stepsDone,
  threshold,
  phases,
  curve: curve.map(({ step, train, gradientNorm }) => ({ step, train, gradientNorm })),
})

const restored = async ({ model, curve }: Detection): Promise<Unfinished> => ({
  model: await parseModel(await serialiseModel(model)),
  curve: JSON.parse(JSON.stringify(curve)),
})

const trained = flavourKinds.filter((kind) => kind !== 'pca')
const flavourOf = (kind: TrainingSettings['flavour']['kind']) =>
  kind === 'conditional' ? { ...autoFlavours.conditional, context: ['state'] } : autoFlavours[kind]

describe('a training that was cancelled', () => {
  it.each(trained)('ends as if it had never stopped: %s', async (kind) => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    const settings = { flavour: flavourOf(kind), seed, steps, copies: 2 }
    const whole = await run(settings)
    expect(whole.complete).toBe(true)
    // Stopped twice, wherever it happens to be.
    const first = await run(settings, undefined, 1 + Math.floor(Math.random() * (steps / 2)))
    expect([first.complete, first.model.unfinished === null], `seed ${seed}`).toEqual([false, false])
    const second = await run({}, await restored(first), first.stepsDone + 1)
    const last = second.complete ? second : await run({}, await restored(second))
    expect(exact(last), `seed ${seed}, stopped at ${first.stepsDone}, ${second.stepsDone}`).toEqual(
      exact(whole),
    )
    // The same seed gives the same scores from the start, too.
    expect((await run(settings)).scores).toEqual(whole.scores)
  })

  it('stops early where it would have, with corruption that changes and every extra', async () => {
    const settings: Partial<TrainingSettings> = {
      flavour: autoFlavours.variational,
      corruption: { kind: 'swap', rate: 0.2 },
      categoryLoss: 'softmax',
      gradientLimit: 0.5,
      learningRate: 0.05,
      learningRateSchedule: 'constant',
      steps: 150,
      earlyStopping: 3,
      seed: Math.floor(Math.random() * 2 ** 32),
    }
    const whole = await run(settings)
    expect([whole.complete, whole.stepsDone < 150, whole.bestStep]).toEqual([true, true, expect.any(Number)])
    const part = await run(settings, undefined, whole.stepsDone - 3)
    expect(part.complete).toBe(false)
    const rest = await run({}, await restored(part))
    expect(exact(rest), `seed ${settings.seed}`).toEqual(exact(whole))
    expect(rest.curve).toEqual(whole.curve)
  })

  it('does not go on with a table that has changed', async () => {
    const part = await run({ steps: 500 }, undefined, 3)
    const resume = await restored(part)
    const other = (changed: ArrayColumn[]) =>
      detect({
        table: arrayTable(changed),
        resume,
        engine: { name: 'none', open: async () => expect.unreachable() },
        signal: new AbortController().signal,
      })
    await expect(other(columns.slice(1))).rejects.toThrow('"load" as number, which is not there any more')
    const retyped = columns.map((column) =>
      column.name === 'heat' ? { ...column, type: 'text' as const } : column,
    )
    await expect(other(retyped)).rejects.toThrow('"heat" as number, which is of type text now')
    const shorter = columns.map((column) => ({ ...column, cells: column.cells.slice(1) }))
    await expect(other(shorter)).rejects.toThrow('was on 520 rows, and the data set has 519 now')
  })
})
