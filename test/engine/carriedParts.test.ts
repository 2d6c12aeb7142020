import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { Executor, TensorLoop } from '../../src/engine/executor.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { onnxExecutor } from '../../src/engine/onnxExecutor.ts'
import { named } from '../../src/engine/program/inputs.ts'
import { fillNormals, seededRandom } from '../../src/engine/random.ts'
import '../../src/engine/referenceEngine.ts'
import { tensorflowExecutor } from '../../src/engine/tensorflowExecutor.ts'
import { exampleRows, exampleSpec, relativeError } from './examples.ts'

/** A step on a vector large enough to be carried in parts, and on one beside it. */
const sizes = [60_000, 7, 9_993]
const flat = (name: string) => ({ name, shape: [70_000], dtype: 'float32' as const })
const loop: TensorLoop = {
  fixed: [],
  carried: [flat('weights'), flat('moment')],
  perStep: [{ name: 'rate', shape: [], dtype: 'float32' }],
  reported: ['loss', 'middle'],
  step(inputs) {
    const [weights, moment] = [named(inputs, 'weights'), named(inputs, 'moment')]
    const parts = tf.split(weights, sizes)
    const gradient = tf.concat(parts.map((part, index) => tf.mul(tf.sigmoid(part), index - 1)))
    const next = tf.add(tf.mul(moment, 0.9), gradient)
    return {
      weights: tf.sub(weights, tf.mul(next, named(inputs, 'rate'))),
      moment: next,
      loss: tf.sum(tf.square(gradient)),
      // Reads across the parts' borders: the vector is needed as a whole.
      middle: tf.sum(tf.slice(next, [59_990], [30])),
    }
  },
}

async function run(executor: Executor): Promise<Record<string, ArrayLike<number>>> {
  const compiled = await executor.compileLoop(loop)
  const values = new Float32Array(70_000)
  fillNormals(values, seededRandom(5, 'carried parts'), 1)
  const results = await compiled.run(
    4,
    { weights: values, moment: new Float32Array(70_000) },
    { rate: Float32Array.of(0.1, 0.2, 0.3, 0.4) },
  )
  await compiled.close()
  return results
}

describe('large vectors that a loop carries in parts', () => {
  it('come out as they would whole', async () => {
    const [traced, expected] = [await run(onnxExecutor({})), await run(tensorflowExecutor('cpu'))]
    for (const name of ['weights', 'moment', 'loss', 'middle']) {
      expect(relativeError(named(traced, name), named(expected, name))).toBeLessThan(1e-5)
    }
  })

  it('continue from a saved state bit for bit on several threads, and alike on one', async () => {
    const spec = exampleSpec({ features: 300, layers: [150, 20, 150], copies: 1, batchRows: 64 })
    const rows = exampleRows(100, 300)
    const weightsAfter = async (threads: number, pause: number) => {
      const engine = createOnnxEngine({ threads })
      const first = await engine.open(spec, rows)
      await first.train(pause)
      const second = await engine.open(spec, rows, first.state())
      await second.train(6 - pause)
      const { weights } = second.state()
      await first.close()
      await second.close()
      return weights
    }
    const [whole, continued, single] = [
      await weightsAfter(2, 6),
      await weightsAfter(2, 2),
      await weightsAfter(1, 6),
    ]
    // Bytes: differences of so many numbers would take minutes to print.
    expect(Buffer.from(continued.buffer).equals(Buffer.from(whole.buffer))).toBe(true)
    expect(relativeError(single, whole)).toBeLessThan(1e-4)
  })
})
