import * as tf from '@tensorflow/tfjs-core'
import type { Matrix, ModelSpec } from '../../engine.ts'
import { fillIntegers, seededRandom } from '../../random.ts'
import { named, once, type SessionInput, type StepInput } from '../inputs.ts'
import { whereCounted } from '../loss.ts'
import { createChance } from './chance.ts'
import type { Corruption } from './corruption.ts'

const strangerCells = 1 << 20

/**
 * Replaces each cell, with probability `rate`, by the same column's cell of a row drawn at random. Cells
 * swapped into one row come from different rows: they are read from rows of strangers, whose every cell was
 * drawn from its column on its own.
 */
export function swap(spec: ModelSpec, rate: number, rows: Matrix, drawFrom?: Int32Array): Corruption {
  const swapped = createChance(spec, 'swapped cells', rate, { hit: 1, miss: 0 })
  const strangers = createStrangers(spec, rows, drawFrom)
  const count = strangers.shape[0] ?? 1
  const partner: StepInput = {
    name: 'stranger of each row',
    shape: [spec.copies, spec.batchRows],
    dtype: 'int32',
    draw: (target, random) => fillIntegers(target as Int32Array, random, count),
  }
  return {
    sessionInputs: [...swapped.sessionInputs, strangers],
    stepInputs: [...swapped.stepInputs, partner],
    apply(clean, inputs) {
      const others = tf.gather(named(inputs, strangers.name), named(inputs, partner.name))
      const hit = whereCounted(swapped.read(inputs), clean)
      return tf.add(clean.values, tf.mul(hit, tf.sub(others, clean.values)))
    },
  }
}

function createStrangers(spec: ModelSpec, rows: Matrix, drawFrom?: Int32Array): SessionInput {
  const { features } = spec
  const count = Math.max(256, Math.min(8192, Math.floor(strangerCells / features)))
  const values = once(() => drawStrangers(spec, count, rows, drawFrom))
  return {
    name: 'strangers',
    shape: [count, features],
    dtype: 'float32',
    get values() {
      return values()
    },
  }
}

function drawStrangers(
  { features, seed }: ModelSpec,
  count: number,
  rows: Matrix,
  drawFrom?: Int32Array,
): Float32Array {
  const random = seededRandom(seed, 'strangers')
  const values = new Float32Array(count * features)
  for (let index = 0; index < values.length; index += 1) {
    const drawn = random.integer(drawFrom?.length ?? rows.rows)
    const row = drawFrom ? (drawFrom[drawn] ?? 0) : drawn
    const cell = rows.values[row * features + (index % features)]
    // A missing cell enters as 0 here as everywhere.
    values[index] = cell === undefined || Number.isNaN(cell) ? 0 : cell
  }
  return values
}
