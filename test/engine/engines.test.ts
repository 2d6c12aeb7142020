import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { engineStatuses, openEngine } from '../../src/engine/engines.ts'
import type { Executor } from '../../src/engine/executor.ts'
import { fallBackExecutor } from '../../src/engine/fallBackExecutor.ts'
import { onnxExecutor } from '../../src/engine/onnxExecutor.ts'
import { guarded } from '../../src/engine/onnxRuntime.ts'
import { named, type Tensors } from '../../src/engine/program/inputs.ts'
import { referenceExecutor } from '../../src/engine/referenceEngine.ts'
import { openSession } from '../../src/engine/session.ts'
import { exampleRows, exampleSpec, relativeError } from './examples.ts'

describe('engines', () => {
  it('say whether they can be used, and if not, why and what would help', async () => {
    const [onnx, tensorflow, reference] = await engineStatuses()
    expect(onnx).toMatchObject({ name: 'onnx', available: true })
    expect(onnx?.detail).toMatch(/ONNX Runtime \d+\.\d+/)
    expect(reference).toMatchObject({ name: 'reference', available: true })
    expect(tensorflow?.name).toBe('tensorflow')
    const expected = tensorflow?.available
      ? 'loaded when chosen'
      : 'npm install --no-save @tensorflow/tfjs-node@4.22.0'
    expect(tensorflow?.detail).toContain(expected)
  })

  it('open by name, the native TensorFlow too or with the reason why not', async () => {
    for (const name of ['onnx', 'reference'] as const) {
      const session = await (await openEngine(name)).open(exampleSpec(), exampleRows(20, 6))
      expect((await session.train(2)).losses.length).toBe(2)
      await session.close()
    }
    const [, tensorflow] = await engineStatuses()
    const opened = openEngine('tensorflow')
    if (tensorflow?.available) expect((await opened).name).toBe('tensorflow')
    else {
      await expect(opened).rejects.toMatchObject({
        code: 'engine',
        message: expect.stringContaining(tensorflow?.detail ?? 'a reason'),
      })
    }
  })

  it('report what ONNX Runtime says in one sentence', async () => {
    const failing = guarded(() => Promise.reject(new Error('Failed to allocate memory..\nat somewhere')))
    await expect(failing).rejects.toThrow('ONNX Runtime stopped: Failed to allocate memory. Use fewer copies')
  })

  it('name the node where a graph fails while it runs, and the way out', async () => {
    const compiled = await onnxExecutor({}).compile({
      fixed: [],
      inputs: [
        { name: 'x', shape: [2, 2], dtype: 'float32' },
        { name: 'rows', shape: [3], dtype: 'int32' },
      ],
      run: (inputs) => ({ y: tf.gather(named(inputs, 'x'), named(inputs, 'rows') as tf.Tensor1D) }),
    })
    const failing = compiled.run({ x: new Float32Array(4), rows: Int32Array.of(0, 9, 1) })
    await expect(failing).rejects.toMatchObject({
      code: 'engine',
      details: { node: expect.stringMatching(/^Gather_\d+$/), operation: 'Gather' },
      message: expect.stringMatching(
        /^ONNX Runtime stopped at the node Gather_\d+ \(Gather\): indices element out of data bounds, idx=9.* --fallback reference\.$/,
      ),
    })
    await compiled.close()
  })

  it.each([
    [
      'This is an invalid model. In Node, ("Gelu_7", Nope, "", -1) : ("x": tensor(float),) -> ("Gelu_7": tensor(float),) , Error No Op registered for Nope with domain_version of 18',
      'at the node Gelu_7 (Nope): No Op registered for Nope with domain_version of 18.',
    ],
    [
      "Could not find an implementation for Pow(15) node with name 'Pow_3'",
      'at the node Pow_3 (Pow): Could not find an implementation.',
    ],
  ])('read the node out of %s', async (message, expected) => {
    await expect(guarded(() => Promise.reject(new Error(message)))).rejects.toThrow(expected)
  })

  it('fall back to the reference only when asked, and say why', async () => {
    // ONNX has no exponential of whole numbers; TensorFlow.js computes it.
    const definition = {
      fixed: [],
      inputs: [{ name: 'x', shape: [3], dtype: 'int32' as const }],
      run: (inputs: Tensors) => ({ y: tf.cast(tf.exp(named(inputs, 'x')), 'float32') }),
    }
    const onnx = onnxExecutor({})
    await expect(onnx.compile(definition)).rejects.toThrow(/at the node Exp_\d+ \(Exp\): Type Error/)
    const reasons: string[] = []
    const asked = fallBackExecutor(
      onnx,
      async () => referenceExecutor,
      (failure) => reasons.push(failure.message),
    )
    const compiled = await asked.compile(definition)
    const { y } = await compiled.run({ x: Int32Array.of(0, 1, 2) })
    expect(relativeError(y ?? [], [1, Math.E, Math.E ** 2])).toBeLessThan(1e-6)
    expect(reasons).toEqual([expect.stringMatching(/at the node Exp_\d+ \(Exp\)/)])
    await compiled.close()
  })

  it('move to the reference once where two runs fail at once', async () => {
    const real = onnxExecutor({})
    const failing: Executor = {
      ...real,
      compile: async (definition) => ({
        ...(await real.compile(definition)),
        run: () => guarded(() => Promise.reject(new Error('the device is gone'))),
      }),
    }
    const reasons: string[] = []
    const executor = fallBackExecutor(
      failing,
      async () => referenceExecutor,
      (failure) => reasons.push(failure.message),
    )
    const compiled = await executor.compile({
      fixed: [],
      inputs: [{ name: 'x', shape: [2], dtype: 'float32' }],
      run: (inputs): Tensors => ({ y: tf.add(named(inputs, 'x'), 1) }),
    })
    const x = Float32Array.of(1, 2)
    const both = await Promise.all([compiled.run({ x }), compiled.run({ x })])
    expect(both.map(({ y }) => [...(y ?? [])])).toEqual([
      [2, 3],
      [2, 3],
    ])
    expect(reasons.length).toBe(1)
    await compiled.close()
  })

  it('repeat on the reference a run that failed, from where it stood, and stay there', async () => {
    const real = onnxExecutor({})
    let runs = 0
    let closed = 0
    const failing: Executor = {
      ...real,
      async compileLoop(definition) {
        const loop = await real.compileLoop(definition)
        return {
          run: (...given) => {
            runs += 1
            return runs === 1
              ? loop.run(...given)
              : guarded(() => Promise.reject(new Error('the device is gone')))
          },
          close: () => {
            closed += 1
            return loop.close()
          },
        }
      },
    }
    const reasons: string[] = []
    const executor = fallBackExecutor(
      failing,
      async () => referenceExecutor,
      (failure) => reasons.push(failure.message),
    )
    const rows = exampleRows(20, 6)
    const session = await openSession(executor, exampleSpec(), rows)
    const undisturbed = await openSession(real, exampleSpec(), rows)
    const losses = [await session.train(3), await session.train(3), await session.train(3)].flatMap(
      (steps) => [...steps.losses],
    )
    expect(relativeError(losses, (await undisturbed.train(9)).losses)).toBeLessThan(1e-4)
    expect({ runs, closed, reasons: reasons.length }).toEqual({ runs: 2, closed: 1, reasons: 1 })
    await session.close()
    await undisturbed.close()
  })

  it('let pass what is no failure of the runtime', async () => {
    const executor = fallBackExecutor(
      onnxExecutor({}),
      async () => referenceExecutor,
      () => {},
    )
    const compiling = executor.compile({
      fixed: [],
      inputs: [{ name: 'x', shape: [3], dtype: 'float32' }],
      run: () => {
        throw new Error('a bug')
      },
    })
    await expect(compiling).rejects.toThrow('a bug')
  })

  it('take turns without disturbing each other', async () => {
    const [onnx, reference] = [await openEngine('onnx'), await openEngine('reference')]
    const alone = await onnx.open(exampleSpec(), exampleRows(20, 6))
    const { losses: expected } = await alone.train(6)
    const [first, second] = await Promise.all([
      onnx.open(exampleSpec(), exampleRows(20, 6)),
      reference.open(exampleSpec(), exampleRows(20, 6)),
    ])
    const losses: number[] = []
    for (let step = 0; step < 6; step += 1) {
      const [one] = await Promise.all([first.train(1), second.train(1), second.score(exampleRows(9, 6))])
      losses.push(...one.losses)
    }
    expect(losses).toEqual([...expected])
    for (const session of [alone, first, second]) await session.close()
  })
})
