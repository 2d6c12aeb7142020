import * as tf from '@tensorflow/tfjs-core'
import type { Matrix, ModelSpec } from '../../engine.ts'
import { fillIntegers, seededRandom } from '../../random.ts'
import { named, type SessionInput, type StepInput } from '../inputs.ts'
import { createBank } from './bank.ts'
import type { Corruption } from './corruption.ts'

const strangerCells = 1 << 20

/**
 * Replaces each cell, with probability `rate`, by the same column's cell of a row drawn at random. Cells
 * swapped into one row come from different rows: they are read from rows of strangers, whose every cell was
 * drawn from its column on its own.
 */
export function swap(spec: ModelSpec, rate: number, rows: Matrix, drawFrom?: Int32Array): Corruption {
  const swapped = createBank(spec, 'swapped cells', (target, random) => {
    for (let index = 0; index < target.length; index += 1) target[index] = random.uniform() < rate ? 1 : 0
  })
  const strangers = createStrangers(spec, rows, drawFrom)
  const count = strangers.shape[0] ?? 1
  const partner: StepInput = {
    name: 'stranger of each row',
    shape: [spec.copies, spec.batchRows],
    dtype: 'int32',
    draw: (target, random) => fillIntegers(target as Int32Array, random, count),
  }
  return {
    sessionInputs: [swapped.session, strangers],
    stepInputs: [swapped.step, partner],
    apply(clean, inputs) {
      const others = tf.gather(named(inputs, strangers.name), named(inputs, partner.name))
      return tf.add(clean, tf.mul(swapped.read(inputs), tf.sub(others, clean)))
    },
  }
}

function createStrangers(spec: ModelSpec, rows: Matrix, drawFrom?: Int32Array): SessionInput {
  const { features } = spec
  const count = Math.max(256, Math.min(8192, Math.floor(strangerCells / features)))
  const random = seededRandom(spec.seed, 'strangers')
  const values = new Float32Array(count * features)
  for (let index = 0; index < values.length; index += 1) {
    const drawn = random.integer(drawFrom?.length ?? rows.rows)
    const row = drawFrom ? (drawFrom[drawn] ?? 0) : drawn
    const cell = rows.values[row * features + (index % features)]
    // A missing cell enters as 0 here as everywhere.
    values[index] = cell === undefined || Number.isNaN(cell) ? 0 : cell
  }
  return { name: 'strangers', shape: [count, features], dtype: 'float32', values }
}
