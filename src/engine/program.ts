import './gradients.ts'
import * as tf from '@tensorflow/tfjs-core'
import type { Matrix, ModelSpec } from './engine.ts'
import type { Code } from './program/codes/code.ts'
import { createCode } from './program/codes.ts'
import { createCorruption } from './program/corruptions.ts'
import { createCost } from './program/costs.ts'
import { named, type SessionInput, type StepInput, type Tensors } from './program/inputs.ts'
import { denseLayout, type ParameterLayout } from './program/layout.ts'
import { type CleanRows, cleanRows, rowLosses, rowMeans, trimmedMeans } from './program/loss.ts'
import { contextOf, decode, parametersOf } from './program/network.ts'
import { adamNumbers, adamStep, type FlatState, flatGradient } from './program/optimiser.ts'
import { type Phase, phasesOf, placeInPhase } from './program/phases.ts'
import { layerTraining } from './program/pretraining.ts'
import { fillRows } from './random.ts'

export { createScoringProgram, drawsPerRow, type ScoringProgram } from './program/scoring.ts'

/** Losses of a batch that are not yet one number. */
export interface BatchLosses {
  /** Untrimmed loss of each corrupted row: [copies, batchRows]. */
  readonly losses: tf.Tensor
  /** What the batch as a whole costs besides: [copies]; null: nothing. */
  readonly penalty: tf.Tensor | null
}

/** The mathematics of training one model, in TensorFlow.js's public ops, for whoever executes it. */
export interface Program {
  readonly spec: ModelSpec
  readonly layout: ParameterLayout
  /** Values that stay the same for every step. */
  readonly sessionInputs: readonly SessionInput[]
  /** What a batch needs, training or not: which rows, which noise. The first is `rowNumbers`. */
  readonly batchInputs: readonly StepInput[]
  /** What an update needs besides. */
  readonly updateInputs: readonly StepInput[]
  /** Whether a batch costs anything as a whole. Then it can be given `rowWeights` (program/codes/code.ts). */
  readonly penalisesBatch: boolean
  /** One update, and scalars: see `reported`. */
  trainStep(state: FlatState, inputs: Tensors): FlatState & Record<(typeof reported)[number], tf.Tensor>
  batchLosses(weights: tf.Tensor, inputs: Tensors): BatchLosses
}

/**
 * Scalars of every step: the mean over copies of the loss trained on, and the root mean square over copies of the
 * gradient's length, before it was limited.
 */
export const reported = ['loss', 'gradientNorm'] as const

export const rowNumbers = 'row numbers'

/**
 * Everything that changes from step to step is an input here: tracing would freeze anything else.
 * @param drawFrom numbers of the rows that batches are drawn from; without it, all of them
 * @param phase which phase's goal is trained; without it, the last one's
 */
export function createProgram(
  spec: ModelSpec,
  rows: Matrix,
  drawFrom?: Int32Array,
  phase: Phase | undefined = phasesOf(spec).at(-1),
): Program {
  const layout = denseLayout(spec)
  const corruption = createCorruption(spec, rows, drawFrom)
  const goal = goalOf(spec, phase?.layer ?? null)
  const trims = spec.trim.keepShare < 1
  const mostDropped = spec.batchRows - shareOf(spec.trim.keepShare, spec.batchRows)

  const lossesOf = (parameters: Tensors, inputs: Tensors): BatchLosses => {
    const picked = tf.gather(named(inputs, 'rows'), named(inputs, rowNumbers))
    const clean = cleanRows(spec, picked, spec.hasMissing)
    return goal.losses(parameters, clean, corruption.apply(clean, inputs), inputs)
  }
  const trained = layout.parameters.filter(({ name }) => goal.trains(name))

  return {
    spec,
    layout,
    sessionInputs: [
      { name: 'rows', shape: [rows.rows, rows.columns], dtype: 'float32', values: rows.values },
      ...corruption.sessionInputs,
      ...goal.sessionInputs,
    ],
    batchInputs: [
      {
        name: rowNumbers,
        shape: [spec.copies, spec.batchRows],
        dtype: 'int32',
        draw: (target, random) => fillRows(target as Int32Array, random, rows.rows, drawFrom),
      },
      ...corruption.stepInputs,
      ...goal.stepInputs,
    ],
    updateInputs: [
      ...(trims ? [scalarInput(droppedRows, 'int32', (step) => rowsDropped(spec, step))] : []),
      scalarInput('step size', 'float32', (step) => adamNumbers(spec, step).stepSize),
      scalarInput('epsilon', 'float32', (step) => adamNumbers(spec, step).epsilon),
    ],

    penalisesBatch: goal.penalisesBatch,

    trainStep(state, inputs) {
      const all: Tensors = parametersOf(layout, state.weights)
      const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) => {
        const parameters = { ...all }
        for (const [at, tensor] of given.entries()) parameters[trained[at]?.name ?? ''] = tensor
        const { losses, penalty } = lossesOf(parameters, inputs)
        const means = trims
          ? trimmedMeans(losses, named(inputs, droppedRows), mostDropped)
          : tf.mean(losses, 1)
        return tf.sum(penalty ? tf.add(means, penalty) : means)
      })(trained.map(({ name }) => named(all, name)))
      const found = new Map(trained.map(({ name }, at) => [name, grads[at]]))
      const parts = layout.parameters.map(({ name, shape }) => found.get(name) ?? tf.zeros([...shape]))
      const { gradient, norm } = flatGradient(spec, parts)
      const numbers = { stepSize: named(inputs, 'step size'), epsilon: named(inputs, 'epsilon') }
      return {
        ...adamStep(spec, state, gradient, numbers),
        loss: tf.mul(value, 1 / spec.copies),
        gradientNorm: norm,
      }
    },

    batchLosses: (weights, inputs) => lossesOf(parametersOf(layout, weights), inputs),
  }
}

/** What a phase minimises. */
interface Goal extends Pick<Code, 'sessionInputs' | 'stepInputs' | 'penalisesBatch'> {
  trains(parameter: string): boolean
  losses(parameters: Tensors, clean: CleanRows, corrupted: tf.Tensor, inputs: Tensors): BatchLosses
}

function goalOf(spec: ModelSpec, layer: number | null): Goal {
  if (layer !== null) {
    const { trained, losses } = layerTraining(spec, layer)
    return {
      sessionInputs: [],
      stepInputs: [],
      penalisesBatch: false,
      trains: (parameter) => trained.has(parameter),
      losses: (...given) => ({ losses: losses(given[0], given[1], given[2]), penalty: null }),
    }
  }
  const code = createCode(spec)
  const cost = createCost(spec)
  return {
    sessionInputs: code.sessionInputs,
    stepInputs: code.stepInputs,
    penalisesBatch: code.penalisesBatch,
    trains: () => true,
    losses(parameters, clean, corrupted, inputs) {
      const trained = code.train(parameters, corrupted, inputs)
      const output = decode(spec, parameters, trained.code, contextOf(spec, clean.values))
      const means = rowMeans(spec, clean, cost.costs(clean, output))
      const objective = trained.rowPenalty ? tf.add(means, trained.rowPenalty) : means
      return { losses: rowLosses(spec, objective), penalty: trained.batchPenalty }
    },
  }
}

const scalarInput = (
  name: string,
  dtype: 'int32' | 'float32',
  valueAt: (step: number) => number,
): StepInput => ({ name, shape: [], dtype, draw: (target, _random, step) => target.fill(valueAt(step)) })

const droppedRows = 'dropped rows'

/** How many rows of a batch do not count in a step. */
const rowsDropped = (spec: ModelSpec, step: number): number =>
  spec.batchRows - rowsKept(spec, step, spec.batchRows)

/** How many of `rows` count in a step: all during a phase's warm-up, then the share with the smallest loss. */
export function rowsKept(spec: ModelSpec, step: number, rows: number): number {
  const { keepShare, warmUpShare } = spec.trim
  const place = placeInPhase(spec, step)
  const kept = place.step < warmUpShare * place.steps ? 1 : keepShare
  return shareOf(kept, rows)
}

const shareOf = (share: number, rows: number): number => Math.max(1, Math.round(share * rows))
