import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../../engine.ts'
import { createBank } from './bank.ts'
import type { Corruption } from './corruption.ts'

/** Sets each cell to 0 with probability `rate`, independently. */
export function masking(spec: ModelSpec, rate: number): Corruption {
  const keep = createBank(spec, 'kept cells', (target, random) => {
    for (let index = 0; index < target.length; index += 1) target[index] = random.uniform() < rate ? 0 : 1
  })
  return {
    sessionInputs: [keep.session],
    stepInputs: [keep.step],
    apply: (clean, inputs) => tf.mul(clean, keep.read(inputs)),
  }
}
