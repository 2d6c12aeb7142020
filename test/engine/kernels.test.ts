import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import '../../src/engine/gradients.ts'
import type { Executor } from '../../src/engine/executor.ts'
import { onnxExecutor } from '../../src/engine/onnxExecutor.ts'
import { recorders } from '../../src/engine/ops/all.ts'
import {
  type Arrays,
  type InputSpec,
  type NumberArray,
  named,
  type Tensors,
} from '../../src/engine/program/inputs.ts'
import { referenceExecutor } from '../../src/engine/referenceEngine.ts'
import { kernelCases } from './kernelCases.ts'
import { Draw, type Tolerance, type Trial } from './kernelTrials.ts'

const onnx = onnxExecutor({ threads: 1 })

async function computed(
  executor: Executor,
  trial: Trial,
  run: (inputs: Tensors) => Record<string, tf.Tensor>,
): Promise<Arrays> {
  const inputs = Object.entries(trial.inputs).map(
    ([name, { shape, values }]): InputSpec => ({
      name,
      shape,
      dtype: values instanceof Int32Array ? 'int32' : 'float32',
    }),
  )
  const compiled = await executor.compile({ fixed: [], inputs, run })
  const values = Object.entries(trial.inputs).map(([name, input]): [string, NumberArray] => [
    name,
    input.values,
  ])
  const results = await compiled.run(Object.fromEntries(values))
  await compiled.close()
  return results
}

/** The first place where two arrays differ by more than allowed, in words; null where there is none. */
function difference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
): string | null {
  if (actual.length !== expected.length) return `${actual.length} numbers instead of ${expected.length}`
  for (let index = 0; index < expected.length; index += 1) {
    const [a, b] = [actual[index] ?? Number.NaN, expected[index] ?? Number.NaN]
    if (Object.is(a, b) || a === b) continue
    if (Math.abs(a - b) <= tolerance.relative * Math.abs(b) + tolerance.absolute) continue
    return `number ${index} is ${a} instead of ${b}`
  }
  return null
}

async function compare(
  trial: Trial,
  run: (inputs: Tensors) => Record<string, tf.Tensor>,
  tolerance: Partial<Tolerance> = {},
) {
  const [actual, expected] = [await computed(onnx, trial, run), await computed(referenceExecutor, trial, run)]
  expect(Object.keys(actual)).toEqual(Object.keys(expected))
  for (const [name, values] of Object.entries(expected)) {
    // Numbers below the smallest of full precision may become 0.
    const allowed = { relative: 2e-6, absolute: 2e-38, ...tolerance }
    const shapes = Object.entries(trial.inputs).map(([input, { shape }]) => `${input} [${shape}]`)
    expect(difference(named(actual, name), values, allowed), `${name} of ${shapes.join(', ')}`).toBeNull()
  }
}

const asRecord = (result: tf.Tensor | Record<string, tf.Tensor>): Record<string, tf.Tensor> =>
  result instanceof tf.Tensor ? { result } : result

/** The result, and the gradient of its sum weighted by fixed numbers with respect to every input of floats. */
function withGradients(trial: Trial): (inputs: Tensors) => Record<string, tf.Tensor> {
  const names = Object.keys(trial.inputs).filter(
    (name) => !(trial.inputs[name]?.values instanceof Int32Array),
  )
  return (inputs) => {
    const result = trial.run(inputs) as tf.Tensor
    const weights = tf.tensor(
      Array.from({ length: result.size }, (_, index) => Math.sin(index + 1)),
      result.shape,
    )
    const weighted = (...given: tf.Tensor[]) => {
      const own = Object.fromEntries(names.map((name, index) => [name, given[index] as tf.Tensor]))
      return tf.sum(tf.mul(trial.run({ ...inputs, ...own }) as tf.Tensor, weights)) as tf.Scalar
    }
    const gradients = tf.grads(weighted)(names.map((name) => named(inputs, name)))
    return { result, ...Object.fromEntries(gradients.map((one, index) => [`gradient ${names[index]}`, one])) }
  }
}

const trials = { numRuns: 12 }

describe('recorded kernels', () => {
  it('are all tried here', () => {
    expect(Object.keys(kernelCases).toSorted()).toEqual(Object.keys(recorders).toSorted())
  })

  for (const [kernel, { trial, tolerance, gradient }] of Object.entries(kernelCases)) {
    it(`${kernel} computes what TensorFlow.js computes`, async () => {
      const property = fc.asyncProperty(fc.nat(), async (seed) => {
        const one = trial(new Draw(seed))
        await compare(one, (inputs) => asRecord(one.run(inputs)), tolerance)
      })
      await fc.assert(property, trials)
    })

    if (!gradient) continue
    it(`the gradient of ${kernel} is what TensorFlow.js computes`, async () => {
      const property = fc.asyncProperty(fc.nat(), async (seed) => {
        const one = (gradient === true ? trial : gradient)(new Draw(seed))
        await compare(one, withGradients(one), { relative: 2e-5, absolute: 2e-5 })
      })
      await fc.assert(property, trials)
    })
  }

  it('keeps log1p accurate where x is tiny', async () => {
    const definition = {
      fixed: [],
      inputs: [{ name: 'x', shape: [4], dtype: 'float32' as const }],
      run: (inputs: Tensors) => ({ result: tf.log1p(named(inputs, 'x')) }),
    }
    const compiled = await onnx.compile(definition)
    const { result } = await compiled.run({ x: Float32Array.of(0, 1e-9, 3e-5, 1e6) })
    const expected = [0, 1e-9, 3e-5, 1e6].map((value) => Math.log1p(Math.fround(value)))
    for (const [index, value] of expected.entries()) {
      expect(Math.abs((result?.[index] ?? 1) - value)).toBeLessThanOrEqual(3e-7 * value)
    }
    await compiled.close()
  })
})
