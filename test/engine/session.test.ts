import { describe, expect, it } from 'vitest'
import type { Engine, Matrix, ModelSpec, Session, TrainingState } from '../../src/engine/engine.ts'
import type { Executor } from '../../src/engine/executor.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { onnxExecutor } from '../../src/engine/onnxExecutor.ts'
import { createReferenceEngine } from '../../src/engine/referenceEngine.ts'
import { openSession } from '../../src/engine/session.ts'
import { exampleRows, exampleSpec, relativeError } from './examples.ts'

const engines: Engine[] = [createOnnxEngine(), createOnnxEngine({ threads: 2 }), createReferenceEngine()]
const titles = ['onnx', 'onnx with two threads', 'reference']

const spec = exampleSpec()
const rows = exampleRows(60, spec.features)

/** Opens, uses and closes a session. */
async function using<T>(
  engine: Engine,
  options: { spec?: ModelSpec; rows?: Matrix; state?: TrainingState },
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await engine.open(options.spec ?? spec, options.rows ?? rows, options.state)
  try {
    return await use(session)
  } finally {
    await session.close()
  }
}

for (const [index, engine] of engines.entries()) {
  describe(`a session on ${titles[index]}`, () => {
    it('repeats itself bit for bit from the same seed', async () => {
      const run = () => using(engine, {}, async (session) => [await session.train(12), session.state()])
      expect(await run()).toEqual(await run())
    })

    it('differs from another seed', async () => {
      const run = (seed: number) =>
        using(engine, { spec: { ...spec, seed } }, async (session) => session.train(3))
      expect(await run(1)).not.toEqual(await run(2))
    })

    it('does not depend on the size of chunks', async () => {
      const whole = await using(engine, {}, async (session) => [
        [...(await session.train(9)).losses],
        session.state(),
      ])
      const pieces = await using(engine, {}, async (session) => {
        const losses = [
          ...(await session.train(1)).losses,
          ...(await session.train(5)).losses,
          ...(await session.train(3)).losses,
        ]
        return [losses, session.state()]
      })
      expect(pieces).toEqual(whole)
    })

    it('continues from a saved state bit for bit', async () => {
      const straight = await using(engine, {}, async (session) => {
        await session.train(7)
        return [await session.train(6), session.state(), await session.score(rows)]
      })
      const saved = await using(engine, {}, async (session) => {
        await session.train(7)
        return session.state()
      })
      const continued = await using(engine, { state: saved }, async (session) => [
        await session.train(6),
        session.state(),
        await session.score(rows),
      ])
      expect(continued).toEqual(straight)
    })

    it('does not let evaluating or scoring disturb training', async () => {
      const undisturbed = await using(engine, {}, async (session) => {
        await session.train(4)
        return session.train(4)
      })
      const disturbed = await using(engine, {}, async (session) => {
        await session.train(4)
        await session.evaluate(exampleRows(33, spec.features))
        await session.score(rows)
        return session.train(4)
      })
      expect(disturbed).toEqual(undisturbed)
    })

    it('evaluates the same rows to the same loss, before and after other rows', async () => {
      const losses = await using(engine, {}, async (session) => [
        await session.evaluate(rows),
        await session.evaluate(exampleRows(33, spec.features)),
        await session.evaluate(rows),
      ])
      expect(losses[0]).toBe(losses[2])
      expect(losses[0]).not.toBe(losses[1])
    })

    it('stops at the end of the schedule', async () => {
      await using(engine, {}, async (session) => {
        expect((await session.train(1000)).losses.length).toBe(spec.schedule.steps)
        expect((await session.train(5)).losses.length).toBe(0)
        expect(session.state().step).toBe(spec.schedule.steps)
      })
    })

    it('learns: the loss falls', async () => {
      const longer = {
        ...spec,
        schedule: {
          steps: 300,
          peakLearningRate: 1e-2,
          warmUpShare: 0.1,
          pretrainingSteps: 0,
          shape: 'cosine' as const,
        },
      }
      const compact: Matrix = {
        ...rows,
        // Every row is a multiple of one pattern: a network with three code nodes can learn it.
        values: rows.values.map((_, cell) => ((Math.floor(cell / 6) % 7) - 3) * ((cell % 6) + 1) * 0.2),
      }
      await using(engine, { spec: longer, rows: compact }, async (session) => {
        const before = await session.evaluate(compact)
        await session.train(300)
        expect(await session.evaluate(compact)).toBeLessThan(0.6 * before)
      })
    })
  })
}

/** ONNX Runtime, and a log of what was compiled and closed. */
function countingExecutor({ failingLoop = false } = {}): { executor: Executor; log: string[] } {
  const log: string[] = []
  const onnx = onnxExecutor({})
  const executor: Executor = {
    async compile(definition) {
      const { run, close } = await onnx.compile(definition)
      log.push('compiled')
      return { run, close: () => close().then(() => void log.push('closed')) }
    },
    async compileLoop(definition) {
      const { run, close } = await onnx.compileLoop(definition)
      log.push('compiled loop')
      const closeLoop = async () => {
        await close()
        if (failingLoop) throw new Error('The loop does not close')
        log.push('closed loop')
      }
      return { run, close: closeLoop }
    },
  }
  return { executor, log }
}

describe('a session', () => {
  const engine = createOnnxEngine()

  it('scores in batches what it scores at once', async () => {
    const wide = exampleSpec({ features: 40, layers: [300, 4, 300], copies: 4 })
    const many = exampleRows(5000, 40)
    await using(engine, { spec: wide, rows: many }, async (session) => {
      const all = await session.score(many)
      const few = await session.score({
        rows: 3,
        columns: 40,
        values: many.values.slice(4990 * 40, 4993 * 40),
      })
      expect(relativeError(all.errors.slice(4990 * 40, 4993 * 40), few.errors)).toBeLessThan(1e-5)
      expect(all.errors.every((error) => error > 0)).toBe(true)
    })
  })

  it('scores no rows to nothing', async () => {
    const none = { rows: 0, columns: spec.features, values: new Float32Array(0) }
    const scored = await using(engine, {}, (session) => session.score(none))
    expect(scored).toEqual({ errors: new Float32Array(0), reconstruction: new Float32Array(0) })
  })

  it('scores every number of rows alike with a few graphs', async () => {
    const { executor, log } = countingExecutor()
    const session = await openSession(executor, spec, rows)
    const many = exampleRows(2300, spec.features)
    const all = await session.score(many)
    for (const count of [1, 2, 63, 64, 65, 200, 1023, 1024, 1500, 2300]) {
      const cells = count * spec.features
      const { errors } = await session.score({ ...many, rows: count, values: many.values.slice(0, cells) })
      expect(relativeError(errors, all.errors.slice(0, cells)), `${count} rows`).toBeLessThan(1e-5)
    }
    expect(log).toEqual(['compiled', 'compiled'])
    await session.close()
    expect(log).toEqual(['compiled', 'compiled', 'closed', 'closed'])
  })

  it('compiles nothing that it does not need', async () => {
    const { executor, log } = countingExecutor()
    const session = await openSession(executor, spec, rows)
    expect(log).toEqual([])
    await session.train(1)
    expect(log).toEqual(['compiled loop'])
    await session.close()
    expect(log).toEqual(['compiled loop', 'closed loop'])
  })

  it('closes the rest when one part fails to close', async () => {
    const { executor, log } = countingExecutor({ failingLoop: true })
    const session = await openSession(executor, spec, rows)
    await session.train(1)
    await session.evaluate(rows)
    await session.score(rows)
    await expect(session.close()).rejects.toThrow('The loop does not close')
    expect(log.filter((entry) => entry === 'closed')).toHaveLength(2)
  })

  it('trains on the rows it may draw from only', async () => {
    for (const corruption of [spec.corruption, { kind: 'swap', rate: 0.4 } as const]) {
      const drawFrom = Int32Array.from({ length: 45 }, (_, index) => index + Math.floor(index / 3))
      const chosen = new Float32Array(45 * spec.features)
      for (const [index, row] of drawFrom.entries()) {
        chosen.set(
          rows.values.subarray(row * spec.features, (row + 1) * spec.features),
          index * spec.features,
        )
      }
      const some = { ...spec, corruption }
      const picked = await engine.open(some, rows, undefined, drawFrom)
      const alone = await engine.open(some, { ...rows, rows: 45, values: chosen })
      expect(await picked.train(8)).toEqual(await alone.train(8))
      await picked.close()
      await alone.close()
    }
  })

  it('trims what it evaluates as it trims what it trains on', async () => {
    const evaluated = (keepShare: number, steps: number) =>
      using(engine, { spec: { ...spec, trim: { keepShare, warmUpShare: 0.1 } } }, async (session) => {
        await session.train(steps)
        return session.evaluate(rows)
      })
    // The first four of the 40 steps warm up, so that they train alike.
    expect(await evaluated(0.5, 4)).toBe(await evaluated(1, 4))
    const trimmed = await evaluated(0.05, 6)
    expect(trimmed).toBeLessThan(0.8 * (await evaluated(1, 6)))
  })

  it('refuses rows and states that do not fit', async () => {
    const narrow = exampleRows(10, spec.features - 1)
    await expect(engine.open(spec, narrow)).rejects.toMatchObject({ code: 'engine' })
    const empty = { rows: 0, columns: spec.features, values: new Float32Array(0) }
    await expect(engine.open(spec, empty)).rejects.toMatchObject({ code: 'too-few-rows' })
    await using(engine, {}, async (session) => {
      await expect(session.score(narrow)).rejects.toMatchObject({ code: 'engine' })
      const state = session.state()
      const other = exampleSpec({ layers: [5] })
      await expect(engine.open(other, rows, state)).rejects.toMatchObject({ code: 'engine' })
    })
  })
})
