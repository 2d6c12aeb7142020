import { describe, expect, it } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import { openEngine } from '../../src/engine/engines.ts'
import type { Table } from '../../src/pipeline/dataset/table.ts'
import { encodeTable } from '../../src/pipeline/features/encode.ts'
import { type DetectProgress, detect, prepareTable } from '../../src/pipeline/run.ts'
import { openScorer } from '../../src/pipeline/scoring/scorer.ts'
import { parseModel, serialiseModel } from '../../src/pipeline/training/trainedModel.ts'
import { type ArrayColumn, arrayTable } from '../support/arrayTable.ts'

const { signal } = new AbortController()
const rows = 600
const odd = [40, 300, 555]

/** Rows on a line, a category that follows from it, and three rows that do not fit. */
function measurements(labels = (row: number) => (odd.includes(row) ? 1 : 0)): ArrayColumn[] {
  const wave = (row: number, step: number) => Math.sin(row * step) * 10
  const all = Array.from({ length: rows }, (_, row) => row)
  return [
    { name: 'load', cells: all.map((row) => (row % 10 === 7 ? null : wave(row, 0.7))) },
    {
      name: 'heat',
      cells: all.map((row) => (odd.includes(row) ? 90 : 2 * wave(row, 0.7) + wave(row, 0.31) / 5)),
    },
    { name: 'drift', cells: all.map((row) => wave(row, 0.31)) },
    { name: 'state', cells: all.map((row) => (wave(row, 0.7) > 0 ? 'high' : 'low')) },
    { name: 'label', cells: all.map(labels), role: 'label' },
  ]
}

async function run(columns: ArrayColumn[], options: { seed?: number; engine?: Engine } = {}) {
  const engine = options.engine ?? (await openEngine('onnx'))
  return detect({ table: arrayTable(columns, 64), engine, settings: { seed: options.seed ?? 3 }, signal })
}

describe('detect', () => {
  it('ranks the rows that do not fit first, and proposes a threshold that parts them', async () => {
    const found = await run(measurements())
    expect([...found.order.subarray(0, 3)].sort((a, b) => a - b)).toEqual(odd)
    expect(found.complete).toBe(true)
    expect(found.stepsDone).toBe(400)
    expect(found.sorted[found.threshold.flagged - 1]).toBeGreaterThanOrEqual(found.threshold.cut)
    expect(found.curve.at(-1)?.train).toBeLessThan(found.curve[0]?.train ?? 0)
    expect(found.curve.at(-1)?.validation).toBeGreaterThan(0)
  })

  it('gives the same scores for the same seed, others for another', async () => {
    const [one, same, other] = [
      await run(measurements()),
      await run(measurements()),
      await run(measurements(), { seed: 4 }),
    ]
    expect(same.scores).toEqual(one.scores)
    expect(other.scores).not.toEqual(one.scores)
  })

  it('is not moved by labels', async () => {
    const one = await run(measurements())
    const shuffled = await run(measurements((row) => (row % 5 === 0 ? 1 : 0)))
    expect(shuffled.scores).toEqual(one.scores)
    expect(shuffled.threshold).toEqual(one.threshold)
  })

  it('does not depend on how long its chunks of steps are', async () => {
    const onnx = await openEngine('onnx')
    const oneByOne: Engine = {
      name: onnx.name,
      async open(...input) {
        const session = await onnx.open(...input)
        return {
          train: (steps) => session.train(Math.min(steps, 7)),
          evaluate: (matrix) => session.evaluate(matrix),
          score: (matrix) => session.score(matrix),
          rowCosts: (matrix) => session.rowCosts(matrix),
          encode: (matrix) => session.encode(matrix),
          decode: (codes, context) => session.decode(codes, context),
          state: () => session.state(),
          close: () => session.close(),
        }
      },
    }
    const [whole, parts] = [await run(measurements()), await run(measurements(), { engine: oneByOne })]
    expect(parts.scores).toEqual(whole.scores)
  })

  it('scores the same with a saved model, and explains what is odd', async () => {
    const engine = await openEngine('onnx')
    const table = arrayTable(measurements())
    const found = await run(measurements(), { engine })
    const model = await parseModel(await serialiseModel(found.model))
    const scorer = await openScorer({ engine, model })
    const matrix = await encodeTable({ table, encoder: model.encoder, signal })
    const { scores } = await scorer.scoreMatrix(matrix)
    const { shares, typical } = await scorer.judge(matrix)
    await scorer.close()
    expect(scores).toEqual(found.scores)
    for (const row of odd) {
      const parts = [...shares.subarray(row * 4, row * 4 + 4)]
      expect(parts.indexOf(Math.max(...parts))).toBe(1)
      expect(Math.abs(parts.reduce((sum, part) => sum + part, 0) / (scores[row] ?? 0) - 1)).toBeLessThan(1e-5)
      expect(Number(typical[row]?.[1])).toBeLessThan(40)
    }
  })

  it('keeps and scores what was reached when training is cancelled', async () => {
    const cancel = new AbortController()
    const found = await detect({
      table: arrayTable(measurements()),
      engine: await openEngine('onnx'),
      settings: { seed: 3, steps: 100_000 },
      signal: cancel.signal,
      onProgress: (progress) => progress.phase === 'training' && progress.step > 5 && cancel.abort(),
    })
    expect(found.complete).toBe(false)
    expect(found.stepsDone).toBeGreaterThan(5)
    expect(found.stepsDone).toBeLessThan(100_000)
    expect(found.scores).toHaveLength(rows)
  })

  it('keeps the whole training when cancelled at its last step', async () => {
    const cancel = new AbortController()
    const found = await detect({
      table: arrayTable(measurements()),
      engine: await openEngine('onnx'),
      settings: { seed: 3, steps: 60 },
      signal: cancel.signal,
      onProgress: (progress) =>
        progress.phase === 'training' && progress.step === progress.steps && cancel.abort(),
    })
    expect(cancel.signal.aborted).toBe(true)
    expect([found.complete, found.stepsDone, found.scores.length]).toEqual([true, 60, rows])
  })

  it('ends when cancelled while a complete training is scored', async () => {
    const cancel = new AbortController()
    const detection = detect({
      table: arrayTable(measurements()),
      engine: await openEngine('onnx'),
      settings: { seed: 3, steps: 60 },
      signal: cancel.signal,
      onProgress: (progress) => progress.phase === 'scoring' && cancel.abort(),
    })
    await expect(detection).rejects.toThrow('abort')
  })

  it('refuses settings and sizes before the work that they make useless', async () => {
    const table = arrayTable(measurements())
    let reads = 0
    const counted: Table = {
      ...table,
      read(...input) {
        reads++
        return table.read(...input)
      },
    }
    const engine = await openEngine('onnx')
    const settings = { hidden: [0] }
    const detection = detect({ table: counted, engine, settings, signal })
    await expect(detection).rejects.toMatchObject({ code: 'bad-request' })
    expect(reads).toBe(0)
    // How large the network is depends on the features: the table is read to count them, not to encode it.
    const huge = { hidden: [4096, 4096], copies: 32 }
    await expect(detect({ table: counted, engine, settings: huge, signal })).rejects.toThrow('weights')
    expect(reads).toBe(1)
  })

  it('encodes a table once for several seeds', async () => {
    const table = arrayTable(measurements(), 64)
    const prepared = await prepareTable({ table, signal })
    const engine = await openEngine('onnx')
    const unread: Table = { ...table, read: () => expect.unreachable() }
    const found = await detect({ table: unread, prepared, engine, settings: { seed: 3 }, signal })
    expect(found.scores).toEqual((await run(measurements())).scores)
  })

  it('computes principal components, which takes no step', async () => {
    const engine = await openEngine('onnx')
    const settings = { flavour: { kind: 'pca' } } as const
    const table = arrayTable(measurements(), 64)
    const found = await detect({ table, engine, settings, signal })
    expect(found).toMatchObject({ complete: true, stepsDone: 0, curve: [], phases: [], bestStep: null })
    expect([...found.order.subarray(0, 3)].sort((a, b) => a - b)).toEqual(odd)
    expect((await detect({ table, engine, settings, signal })).scores).toEqual(found.scores)
    const cancel = new AbortController()
    const cancelled = detect({
      table,
      engine,
      settings,
      signal: cancel.signal,
      onProgress: ({ phase }) => phase === 'training' && cancel.abort(),
    })
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('says what it is doing', async () => {
    const phases: DetectProgress['phase'][] = []
    await detect({
      table: arrayTable(measurements()),
      engine: await openEngine('onnx'),
      signal,
      onProgress: ({ phase }) => phases.at(-1) !== phase && phases.push(phase),
    })
    expect(phases).toEqual(['features', 'training', 'scoring'])
  })
})
