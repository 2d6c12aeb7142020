import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../../engine.ts'
import { named, type SessionInput, type StepInput, type Tensors } from '../inputs.ts'
import { type Bank, createBank } from './bank.ts'
import { levelInput } from './level.ts'

/** Which cells are hit, each with the corruption's rate at this step, independently. */
export interface Chance {
  readonly sessionInputs: readonly SessionInput[]
  readonly stepInputs: readonly StepInput[]
  /** [copies, batchRows, features]: `hit` or `miss`, as `createChance` was told. */
  read(inputs: Tensors): tf.Tensor
}

/**
 * Under a constant rate the bank holds the answer; under a schedule it holds the uniform numbers that the rate of
 * the step is compared with.
 */
export function createChance(
  spec: ModelSpec,
  name: string,
  rate: number,
  { hit, miss }: { readonly hit: 0 | 1; readonly miss: 0 | 1 },
): Chance {
  const level = levelInput(spec)
  const bank: Bank = createBank(spec, name, (target, random) => {
    for (let index = 0; index < target.length; index += 1) {
      const uniform = random.uniform()
      target[index] = level ? uniform : uniform < rate ? hit : miss
    }
  })
  return {
    sessionInputs: [bank.session],
    stepInputs: level ? [bank.step, level] : [bank.step],
    read(inputs) {
      const drawn = bank.read(inputs)
      if (!level) return drawn
      const now = tf.mul(named(inputs, level.name), rate)
      const isHit = tf.less(drawn, now)
      return tf.cast(hit === 1 ? isHit : tf.logicalNot(isHit), 'float32')
    },
  }
}
