import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../../engine.ts'
import { fillNormals } from '../../random.ts'
import { named } from '../inputs.ts'
import { whereCounted } from '../loss.ts'
import { createBank } from './bank.ts'
import type { Corruption } from './corruption.ts'
import { levelInput } from './level.ts'

/** Adds independent normal noise of deviation `sigma` to every cell. */
export function gaussian(spec: ModelSpec, sigma: number): Corruption {
  const noise = createBank(spec, 'noise', (target, random) => fillNormals(target, random, sigma))
  const level = levelInput(spec)
  return {
    sessionInputs: [noise.session],
    stepInputs: level ? [noise.step, level] : [noise.step],
    apply(clean, inputs) {
      const full = noise.read(inputs)
      const now = level ? tf.mul(full, named(inputs, level.name)) : full
      return tf.add(clean.values, whereCounted(now, clean))
    },
  }
}
