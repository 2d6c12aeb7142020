import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellLosses } from '../../src/contract/choices.ts'
import type { ModelSpec } from '../../src/engine/engine.ts'
import type { Executor } from '../../src/engine/executor.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { onnxExecutor } from '../../src/engine/onnxExecutor.ts'
import { sizeOf } from '../../src/engine/program/inputs.ts'
import { createScoringProgram } from '../../src/engine/program.ts'
import { openSession } from '../../src/engine/session.ts'
import { trace } from '../../src/engine/trace.ts'
import { eagerly } from './eagerly.ts'
import { exampleRows, exampleSpec, relativeError } from './examples.ts'
import { flavourSpec } from './flavours.ts'

const bound = (samples: number) =>
  ({ kind: 'variational', beta: 0.5, warmUpShare: 0.3, score: 'elbo', samples }) as const

/** Nodes and largest tensor of each graph that a session of `spec` compiles to score, and the rows of its batches. */
async function graphsOf(spec: ModelSpec) {
  const graphs: { nodes: number; largest: number; rows: number }[] = []
  const onnx = onnxExecutor({ threads: 1 })
  const executor: Executor = {
    compileLoop: onnx.compileLoop,
    async compile(definition) {
      const { nodes } = trace(definition.inputs, definition.run, definition.fixed)
      const largest = Math.max(...nodes.flatMap(({ outputs }) => outputs.map(({ shape }) => sizeOf(shape))))
      const rows = definition.inputs.find(({ name }) => name === 'rows')?.shape[1] ?? 0
      graphs.push({ nodes: nodes.length, largest, rows })
      return {
        run: async () => Promise.reject(new Error('Only its graph is looked at')),
        close: async () => {},
      }
    },
  }
  const rows = exampleRows(10_000, spec.features)
  const session = await openSession(executor, spec, rows)
  await expect(session.score(rows)).rejects.toThrow('Only its graph')
  await expect(session.rowCosts(rows)).rejects.toThrow('Only its graph')
  await session.close()
  return graphs
}

describe('scoring by the bound with many draws', () => {
  it('gives what the draws give one by one', async () => {
    const property = fc.asyncProperty(
      fc.record({
        samples: fc.integer({ min: 1, max: 100 }),
        copies: fc.integer({ min: 1, max: 3 }),
        turn: fc.nat(40),
        cellLoss: fc.constantFrom(...cellLosses),
      }),
      async ({ samples, copies, turn, cellLoss }) => {
        const { spec: one, rows } = flavourSpec('conditional', { kind: 'none' }, cellLoss, turn)
        const spec = { ...one, copies, code: bound(samples) }
        const session = await createOnnxEngine().open(spec, rows)
        await session.train(2)
        const { errors, reconstruction } = await session.score(rows)
        const { costs } = await session.rowCosts(rows)
        const { weights } = session.state()
        await session.close()
        const single = () =>
          createScoringProgram(spec).score(
            tf.tensor1d(weights),
            tf.tensor3d(rows.values, [1, rows.rows, rows.columns]),
            true,
          )
        expect(
          relativeError(
            errors,
            eagerly(() => single().errors),
          ),
        ).toBeLessThan(1e-5)
        expect(
          relativeError(
            reconstruction,
            eagerly(() => single().reconstruction),
          ),
        ).toBeLessThan(1e-5)
        expect(
          relativeError(
            costs,
            eagerly(() => tf.sum(single().errors, -1)),
          ),
        ).toBeLessThan(1e-5)
      },
    )
    await fc.assert(property, { numRuns: 12 })
  })

  it('keeps graphs and batches bounded, however many copies and draws there are', async () => {
    const spec = exampleSpec({ features: 30, layers: [40, 4, 40] })
    const [plain] = await graphsOf({ ...spec, copies: 1, code: bound(1) })
    for (const copies of [1, 6, 32]) {
      for (const samples of [1, 8, 64, 256]) {
        for (const graph of await graphsOf({ ...spec, copies, code: bound(samples) })) {
          expect(graph.nodes).toBeLessThan(80 * (plain?.nodes ?? 0))
          expect(graph.largest).toBeLessThanOrEqual(1 << 21)
          expect(graph.rows * samples).toBeLessThanOrEqual(16 * 8192)
        }
      }
    }
  })
})

describe('a session whose graph failed to compile once', () => {
  const failingOnce = (): Executor => {
    const { compile, compileLoop } = onnxExecutor({ threads: 1 })
    let failures = 1
    const mayFail = () => {
      failures -= 1
      if (failures >= 0) throw new Error('No memory just now')
    }
    return {
      compile: async (definition) => {
        mayFail()
        return compile(definition)
      },
      compileLoop: async (definition) => {
        mayFail()
        return compileLoop(definition)
      },
    }
  }
  const spec = exampleSpec()
  const rows = exampleRows(40, spec.features)

  for (const work of ['score', 'rowCosts', 'encode', 'evaluate', 'train'] as const) {
    it(`compiles it when it is asked for again: ${work}`, async () => {
      const session = await openSession(failingOnce(), spec, rows)
      const fresh = await openSession(onnxExecutor({ threads: 1 }), spec, rows)
      const ask = (from: typeof session) => (work === 'train' ? from.train(2) : from[work](rows))
      await expect(ask(session)).rejects.toThrow('No memory just now')
      expect(await ask(session)).toEqual(await ask(fresh))
      await session.close()
      await fresh.close()
    })
  }
})
