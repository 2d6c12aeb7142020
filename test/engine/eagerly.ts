import * as tf from '@tensorflow/tfjs-core'
import { withBackend } from '../../src/engine/backend.ts'
import type { Matrix, ModelSpec } from '../../src/engine/engine.ts'
import { createCost } from '../../src/engine/program/costs.ts'
import { named, type Tensors } from '../../src/engine/program/inputs.ts'
import { cleanRows } from '../../src/engine/program/loss.ts'
import type { Phase } from '../../src/engine/program/phases.ts'
import { createProgram, type Program } from '../../src/engine/program.ts'
import { seededRandom } from '../../src/engine/random.ts'
import { drawSteps } from '../../src/engine/session/batches.ts'
import '../../src/engine/referenceEngine.ts'

/** What `compute` returns, computed by TensorFlow.js in plain JavaScript. */
export const eagerly = (compute: () => tf.Tensor): number[] =>
  withBackend('cpu', () => tf.tidy(() => [...compute().dataSync<'float32'>()]))

/** Costs of cells against outputs, and the reconstruction, cell by cell. */
export function costsOf(
  spec: ModelSpec,
  input: { readonly cells: Matrix; readonly outputs: readonly number[]; readonly spread?: readonly number[] },
): { readonly costs: number[]; readonly reconstruction: number[] } {
  const cost = createCost(spec)
  const { cells, outputs, spread } = input
  const shape: [number, number, number] = [1, cells.rows, cells.columns]
  const output = () => ({
    values: tf.tensor3d([...outputs], shape),
    spread: spread ? tf.tensor3d([...spread], shape) : null,
  })
  return {
    costs: eagerly(() =>
      cost.costs(cleanRows(spec, tf.tensor3d(cells.values, shape), spec.hasMissing), output()),
    ),
    reconstruction: eagerly(() => cost.reconstruction(output())),
  }
}

/** One batch of a program, drawn once, whose losses can be computed for any weights. */
export interface Batch {
  readonly program: Program
  /** Sum over copies of the mean loss of all rows and of the penalty. */
  lossAt(weights: Float32Array): number
  /** Its gradient, as training computes it. */
  gradientAt(weights: Float32Array): number[]
}

/** The spec must keep all rows and set no limit to gradients. */
export function batchOf(spec: ModelSpec, rows: Matrix, phase?: Phase): Batch {
  const program = createProgram(spec, rows, undefined, phase)
  const step = phase?.fromStep ?? spec.schedule.steps - 1
  const drawn = drawSteps(
    [...program.batchInputs, ...program.updateInputs],
    1,
    seededRandom(5, 'batch'),
    step,
  )
  const tensors = (): Tensors =>
    Object.fromEntries([
      ...program.sessionInputs.map(({ name, shape, dtype, values }) => [
        name,
        tf.tensor(values, [...shape], dtype),
      ]),
      ...[...program.batchInputs, ...program.updateInputs].map(({ name, shape, dtype }) => [
        name,
        tf.tensor(named(drawn, name), [...shape], dtype),
      ]),
    ])
  return {
    program,
    lossAt(weights) {
      const numbers = eagerly(() => {
        const { losses, penalty } = program.batchLosses(tf.tensor1d(weights), tensors())
        const means = tf.mean(losses, 1)
        return penalty ? tf.add(means, penalty) : means
      })
      return numbers.reduce((sum, each) => sum + each, 0)
    },
    gradientAt: (weights) =>
      eagerly(() => {
        const zeros = tf.zeros([weights.length])
        const state = { weights: tf.tensor1d(weights), firstMoment: zeros, secondMoment: zeros }
        // From no moment at all the first moment becomes the gradient.
        return program.trainStep(state, tensors()).firstMoment
      }),
  }
}
