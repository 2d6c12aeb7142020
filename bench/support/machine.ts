import * as tf from '@tensorflow/tfjs-core'
import { onnxExecutor } from '../../src/engine/onnxExecutor.ts'
import { fillNormals, seededRandom } from '../../src/engine/random.ts'
import { median, milliseconds } from './timing.ts'

/** What the machine can do at best, in the same runtime. */
export interface MachineRates {
  readonly threads: number
  /** Float32 operations a second of one large matrix product. */
  readonly operations: number
  /** Bytes a second, read and written, of an addition of vectors that fit no cache of a core. */
  readonly bytes: number
}

const side = 2048

export async function measureMachine(threads: number): Promise<MachineRates> {
  const values = new Float32Array(side * side)
  fillNormals(values, seededRandom(1, 'machine'), 1)
  const shape = [side, side]
  const inputs = ['a', 'b'].map((name) => ({ name, shape, dtype: 'float32' as const }))
  const fixed = inputs.map((input) => ({ ...input, values }))
  const executor = onnxExecutor({ threads })
  const product = await executor.compile({
    fixed,
    inputs: [],
    run: ({ a, b }) => ({ result: tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D) }),
  })
  const times: number[] = []
  for (let round = 0; round < 4; round += 1) times.push(await milliseconds(() => product.run({})))
  await product.close()
  // A loop that carries the vector: nothing but the additions is timed.
  const loop = await executor.compileLoop({
    fixed: fixed.slice(0, 1),
    carried: inputs.slice(1),
    perStep: [],
    reported: ['loss'],
    step: ({ a, b }) => ({ b: tf.add(a as tf.Tensor, b as tf.Tensor), loss: tf.scalar(0) }),
  })
  const steps = 4
  const additions: number[] = []
  for (let round = 0; round < 4; round += 1) {
    additions.push((await milliseconds(() => loop.run(steps, { b: values }, {}))) / steps)
  }
  await loop.close()
  return {
    threads,
    operations: (2 * side ** 3) / (median(times) / 1000),
    bytes: (3 * 4 * side ** 2) / (median(additions) / 1000),
  }
}
