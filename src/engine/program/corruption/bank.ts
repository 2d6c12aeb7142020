import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec } from '../../engine.ts'
import { fillIntegers, type Random, seededRandom } from '../../random.ts'
import { named, once, type SessionInput, type StepInput, sizeOf, type Tensors } from '../inputs.ts'

const blockValues = 64
const leastBlocks = 8192
const ampleBlocks = 65_536

/** A source of random values for each row of a batch. */
export interface Bank {
  readonly session: SessionInput
  readonly step: StepInput
  /** [copies, batchRows, width]. */
  read(inputs: Tensors): tf.Tensor
}

/**
 * Random numbers from a bank: blocks of 64 values drawn once per session; each step lays blocks chosen at
 * random end to end over its cells. A cell's value has the exact distribution, values in different blocks are
 * independent up to the bank's size, and a block returns only after thousands of others, at another row
 * and column as a rule. The bank holds at least 524,288 values, and four steps' worth where that is at most
 * 4,194,304 values: the noise is never a small set that a network could learn by heart. Drawing 336 block numbers
 * instead of 21,504 normals makes the noise of a step almost free.
 * @param width values per row; without it, one per feature
 */
export function createBank(
  spec: ModelSpec,
  name: string,
  fill: (target: Float32Array, random: Random) => void,
  width = spec.features,
): Bank {
  const cellsOfCopy = spec.batchRows * width
  const cells = spec.copies * cellsOfCopy
  const blocksPerStep = Math.ceil(cells / blockValues)
  const blocks = Math.max(leastBlocks, blocksPerStep, Math.min(4 * blocksPerStep, ampleBlocks))
  const values = once(() => {
    const drawn = new Float32Array(blocks * blockValues)
    fill(drawn, seededRandom(spec.seed, name))
    return drawn
  })
  const shape = [spec.copies, spec.batchRows, width]
  const stepName = `${name} blocks`
  return {
    session: {
      name,
      shape: [blocks, blockValues],
      dtype: 'float32',
      get values() {
        return values()
      },
    },
    step: {
      name: stepName,
      // Where every copy has whole blocks, each has its own.
      shape: cellsOfCopy % blockValues === 0 ? [spec.copies, cellsOfCopy / blockValues] : [blocksPerStep],
      dtype: 'int32',
      draw: (target, random) => fillIntegers(target as Int32Array, random, blocks),
    },
    read(inputs) {
      const picked = tf.gather(named(inputs, name), named(inputs, stepName))
      const flat = tf.reshape(picked, [blocksPerStep * blockValues])
      return tf.reshape(sizeOf(flat.shape) === cells ? flat : tf.slice(flat, [0], [cells]), shape)
    },
  }
}
