import './gradients.ts'
import * as tf from '@tensorflow/tfjs-core'
import type { Matrix, ModelSpec } from './engine.ts'
import { createCorruption } from './program/corruptions.ts'
import { named, type SessionInput, type StepInput, type Tensors } from './program/inputs.ts'
import { denseLayout, type ParameterLayout } from './program/layout.ts'
import { cellErrors, cleanRows, rowLosses, trimmedMeans } from './program/loss.ts'
import { reconstruct } from './program/network.ts'
import { adamNumbers, adamStep, type FlatState } from './program/optimiser.ts'
import { fillRows } from './random.ts'

/** The mathematics of one model, in TensorFlow.js's public ops, for whoever executes it. */
export interface Program {
  readonly spec: ModelSpec
  readonly layout: ParameterLayout
  /** Values that stay the same for every step. */
  readonly sessionInputs: readonly SessionInput[]
  /** What a batch needs, training or not: which rows, which noise. The first is `rowNumbers`. */
  readonly batchInputs: readonly StepInput[]
  /** What an update needs besides. */
  readonly updateInputs: readonly StepInput[]
  /** One update, and scalars: see `reported`. */
  trainStep(state: FlatState, inputs: Tensors): FlatState & Record<(typeof reported)[number], tf.Tensor>
  /** Untrimmed loss of each corrupted row: [copies, batchRows]. */
  batchLosses(weights: tf.Tensor, inputs: Tensors): tf.Tensor
}

/** The part of a model that scores: it needs neither rows to train on nor noise. */
export interface ScoringProgram {
  readonly spec: ModelSpec
  readonly layout: ParameterLayout
  /** Clean rows [1, rows, features] through the network: both results are [rows, features]. */
  score(
    weights: tf.Tensor,
    rows: tf.Tensor,
    hasMissing: boolean,
  ): { errors: tf.Tensor; reconstruction: tf.Tensor }
}

/**
 * Scalars of every step: the mean over copies of the loss trained on, and the root mean square over copies of the
 * gradient's length.
 */
export const reported = ['loss', 'gradientNorm'] as const

export const rowNumbers = 'row numbers'

/**
 * Everything that changes from step to step is an input here: tracing would freeze anything else.
 * @param drawFrom numbers of the rows that batches are drawn from; without it, all of them
 */
export function createProgram(spec: ModelSpec, rows: Matrix, drawFrom?: Int32Array): Program {
  const layout = denseLayout(spec)
  const corruption = createCorruption(spec, rows, drawFrom)
  const trims = spec.trim.keepShare < 1

  const lossesOf = (parameters: readonly tf.Tensor[], inputs: Tensors): tf.Tensor => {
    const picked = tf.gather(named(inputs, 'rows'), named(inputs, rowNumbers))
    const clean = cleanRows(picked, spec.hasMissing)
    const reconstruction = reconstruct(spec, parameters, corruption.apply(clean.values, inputs))
    return rowLosses(spec, clean, reconstruction)
  }

  return {
    spec,
    layout,
    sessionInputs: [
      { name: 'rows', shape: [rows.rows, rows.columns], dtype: 'float32', values: rows.values },
      ...corruption.sessionInputs,
    ],
    batchInputs: [
      {
        name: rowNumbers,
        shape: [spec.copies, spec.batchRows],
        dtype: 'int32',
        draw: (target, random) => fillRows(target as Int32Array, random, rows.rows, drawFrom),
      },
      ...corruption.stepInputs,
    ],
    updateInputs: [
      ...(trims ? [scalarInput('last kept', 'int32', (step) => lastKept(spec, step))] : []),
      scalarInput('step size', 'float32', (step) => adamNumbers(spec, step).stepSize),
      scalarInput('epsilon', 'float32', (step) => adamNumbers(spec, step).epsilon),
    ],

    trainStep(state, inputs) {
      const { value, grads } = tf.valueAndGrads((...parameters: tf.Tensor[]) => {
        const losses = lossesOf(parameters, inputs)
        const means = trims ? trimmedMeans(losses, named(inputs, 'last kept')) : tf.mean(losses, 1)
        return tf.sum(means)
      })(parametersOf(layout, state.weights))
      const gradient = tf.concat(grads.map((part) => tf.reshape(part, [-1])))
      const numbers = { stepSize: named(inputs, 'step size'), epsilon: named(inputs, 'epsilon') }
      return {
        ...adamStep(spec, state, gradient, numbers),
        loss: tf.mul(value, 1 / spec.copies),
        gradientNorm: tf.sqrt(tf.mul(tf.sum(tf.square(gradient)), 1 / spec.copies)),
      }
    },

    batchLosses: (weights, inputs) => lossesOf(parametersOf(layout, weights), inputs),
  }
}

export function createScoringProgram(spec: ModelSpec): ScoringProgram {
  const layout = denseLayout(spec)
  return {
    spec,
    layout,
    score(weights, given, hasMissing) {
      const clean = cleanRows(given, hasMissing)
      const reconstruction = reconstruct(spec, parametersOf(layout, weights), clean.values)
      return {
        errors: tf.mean(cellErrors(clean, reconstruction), 0),
        reconstruction: tf.mean(reconstruction, 0),
      }
    },
  }
}

function parametersOf({ parameters }: ParameterLayout, weights: tf.Tensor): tf.Tensor[] {
  const sizes = parameters.map((parameter) => parameter.size)
  return tf
    .split(weights, sizes)
    .map((part, index) => tf.reshape(part, [...(parameters[index]?.shape ?? [])]))
}

const scalarInput = (
  name: string,
  dtype: 'int32' | 'float32',
  valueAt: (step: number) => number,
): StepInput => ({ name, shape: [], dtype, draw: (target, _random, step) => target.fill(valueAt(step)) })

/** Rank of the last row that counts. */
const lastKept = (spec: ModelSpec, step: number): number => rowsKept(spec, step, spec.batchRows) - 1

/** How many of `rows` count in a step: all during the warm-up, then the share with the smallest loss. */
export function rowsKept(spec: ModelSpec, step: number, rows: number): number {
  const { keepShare, warmUpShare } = spec.trim
  const kept = step < warmUpShare * spec.schedule.steps ? 1 : keepShare
  return Math.max(1, Math.round(kept * rows))
}
