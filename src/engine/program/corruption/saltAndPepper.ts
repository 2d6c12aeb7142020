import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../../engine.ts'
import { perFeature, whereCounted } from '../loss.ts'
import { createBank } from './bank.ts'
import { createChance } from './chance.ts'
import type { Corruption } from './corruption.ts'

/** Extremes where the model knows no ranges: three spreads from the centre. */
const farOut = 3

/** Sets each cell, with probability `rate`, to its feature's lowest or highest value, each equally often. */
export function saltAndPepper(spec: ModelSpec, rate: number): Corruption {
  const hits = createChance(spec, 'hit cells', rate, { hit: 1, miss: 0 })
  const sides = createBank(spec, 'salt or pepper', (target, random) => {
    for (let index = 0; index < target.length; index += 1) target[index] = random.uniform() < 0.5 ? -1 : 1
  })
  const low = spec.ranges?.low ?? new Array<number>(spec.features).fill(-farOut)
  const high = spec.ranges?.high ?? new Array<number>(spec.features).fill(farOut)
  const middle = low.map((from, feature) => (from + (high[feature] ?? from)) / 2)
  const reach = low.map((from, feature) => ((high[feature] ?? from) - from) / 2)
  return {
    sessionInputs: [...hits.sessionInputs, sides.session],
    stepInputs: [...hits.stepInputs, sides.step],
    apply(clean, inputs) {
      const hit = whereCounted(hits.read(inputs), clean)
      const extreme = tf.add(tf.mul(sides.read(inputs), perFeature(reach)), perFeature(middle))
      return tf.add(clean.values, tf.mul(hit, tf.sub(extreme, clean.values)))
    },
  }
}
