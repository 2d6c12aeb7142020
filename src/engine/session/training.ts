import type { Matrix, ModelSpec, TrainedSteps } from '../engine.ts'
import type { CompiledLoops, Executor, TensorLoop } from '../executor.ts'
import { type Arrays, type InputSpec, named } from '../program/inputs.ts'
import type { Phase } from '../program/phases.ts'
import { createProgram, type Program, reported } from '../program.ts'
import type { Random } from '../random.ts'
import { drawSteps, tableHoldsMissing } from './batches.ts'
import { drawStepsOfCopies, drawsByCopy, ofAllCopies, ofEachCopy } from './copies.ts'

/** One phase of a training: its noise, drawn in advance, and its compiled steps. */
export interface Training {
  readonly phase: Phase
  /** Runs `count` steps from `firstStep` on weights and moments, and returns these anew. */
  run(
    count: number,
    firstStep: number,
    flat: Arrays,
    random: Random,
  ): Promise<TrainedSteps & { readonly flat: Arrays }>
  close(): Promise<void>
}

export async function openTraining(
  executor: Executor,
  spec: ModelSpec,
  rows: Matrix,
  drawFrom: Int32Array | undefined,
  phase: Phase,
): Promise<Training> {
  // Masks cost time only; cells that are missing without them would make every weight NaN.
  const masked = { ...spec, hasMissing: spec.hasMissing || (await tableHoldsMissing(rows)) }
  const program = createProgram(masked, rows, drawFrom, phase)
  const stepInputs = [...program.batchInputs, ...program.updateInputs]
  if (spec.copies > 1 && executor.compileLoops && drawsByCopy(stepInputs)) {
    const single = createProgram({ ...masked, copies: 1 }, rows, drawFrom, phase)
    // What all copies share is drawn as for all of them, whatever one of them would need.
    const definition = { ...loopOf(single), fixed: program.sessionInputs }
    return trainCopies(program, phase, await executor.compileLoops(definition, spec.copies))
  }
  const loop = await executor.compileLoop(loopOf(program))
  return {
    phase,
    async run(count, firstStep, before, random) {
      const drawn = drawSteps(stepInputs, count, random, firstStep)
      const { loss, gradientNorm, ...carried } = await loop.run(count, before, drawn)
      return {
        losses: Float32Array.from(loss ?? []),
        gradientNorms: Float32Array.from(gradientNorm ?? []),
        flat: carried,
      }
    },
    close: () => loop.close(),
  }
}

const carriedNames = ['weights', 'firstMoment', 'secondMoment'] as const

function loopOf(program: Program): TensorLoop {
  const flat = (name: string): InputSpec => ({ name, shape: [program.layout.size], dtype: 'float32' })
  return {
    fixed: program.sessionInputs,
    carried: carriedNames.map(flat),
    perStep: [...program.batchInputs, ...program.updateInputs],
    reported,
    step: (inputs) => ({
      ...program.trainStep(
        {
          weights: named(inputs, 'weights'),
          firstMoment: named(inputs, 'firstMoment'),
          secondMoment: named(inputs, 'secondMoment'),
        },
        inputs,
      ),
    }),
  }
}

/**
 * Copies share nothing while they train: each is a loop of its own, in which what it works on is small and products
 * are plain ones, and several run at once.
 * @param program of all copies: it draws, so that a copy gets the values that it would get among the others
 */
function trainCopies(
  { spec, layout, batchInputs, updateInputs }: Program,
  phase: Phase,
  loops: CompiledLoops,
): Training {
  const { copies } = spec
  return {
    phase,
    async run(count, firstStep, before, random) {
      const carried = carriedNames.map((name) => ofEachCopy(layout, copies, named(before, name)))
      const starts = Array.from({ length: copies }, (_, copy) =>
        Object.fromEntries(
          carriedNames.map((name, at) => [name, carried[at]?.[copy] ?? new Float32Array(0)]),
        ),
      )
      const drawn = drawStepsOfCopies([...batchInputs, ...updateInputs], copies, count, random, firstStep)
      const results = await loops.run(count, starts, drawn)
      const all = (name: string) => results.map((result) => named(result, name))
      return {
        losses: meanOf(all('loss')),
        gradientNorms: meanOf(all('gradientNorm').map((norms) => norms.map((norm) => norm ** 2))).map(
          Math.sqrt,
        ),
        flat: Object.fromEntries(carriedNames.map((name) => [name, ofAllCopies(layout, all(name))])),
      }
    },
    close: () => loops.close(),
  }
}

/** Step by step the mean over copies. */
const meanOf = (byCopy: readonly ArrayLike<number>[]): Float32Array =>
  Float32Array.from(
    { length: byCopy[0]?.length ?? 0 },
    (_, step) => byCopy.reduce((sum, values) => sum + (values[step] ?? Number.NaN), 0) / byCopy.length,
  )
