import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../../engine.ts'
import { fillNormals } from '../../random.ts'
import { createBank } from './bank.ts'
import type { Corruption } from './corruption.ts'

/** Adds independent normal noise of deviation `sigma` to every cell. */
export function gaussian(spec: ModelSpec, sigma: number): Corruption {
  const noise = createBank(spec, 'noise', (target, random) => fillNormals(target, random, sigma))
  return {
    sessionInputs: [noise.session],
    stepInputs: [noise.step],
    apply: (clean, inputs) => tf.add(clean, noise.read(inputs)),
  }
}
