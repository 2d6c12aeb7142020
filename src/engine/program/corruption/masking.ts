import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../../engine.ts'
import { createChance } from './chance.ts'
import type { Corruption } from './corruption.ts'

/** Sets each cell to 0 with probability `rate`, independently. */
export function masking(spec: ModelSpec, rate: number): Corruption {
  const keep = createChance(spec, 'kept cells', rate, { hit: 0, miss: 1 })
  return {
    sessionInputs: keep.sessionInputs,
    stepInputs: keep.stepInputs,
    apply({ values, counted }, inputs) {
      const kept = keep.read(inputs)
      // Missing cells are 0 already; the context must not become so.
      return tf.mul(values, counted && spec.context.length > 0 ? tf.maximum(kept, tf.sub(1, counted)) : kept)
    },
  }
}
