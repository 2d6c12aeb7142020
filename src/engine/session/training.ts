import type { Matrix, ModelSpec, TrainedSteps } from '../engine.ts'
import type { Executor } from '../executor.ts'
import { type Arrays, type InputSpec, named } from '../program/inputs.ts'
import type { Phase } from '../program/phases.ts'
import { createProgram, reported } from '../program.ts'
import type { Random } from '../random.ts'
import { drawSteps, holdsMissing } from './batches.ts'

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
  const program = createProgram(
    // Masks cost time only; cells that are missing without them would make every weight NaN.
    { ...spec, hasMissing: spec.hasMissing || holdsMissing(rows) },
    rows,
    drawFrom,
    phase,
  )
  const stepInputs = [...program.batchInputs, ...program.updateInputs]
  const flat = (name: string): InputSpec => ({ name, shape: [program.layout.size], dtype: 'float32' })
  const loop = await executor.compileLoop({
    fixed: program.sessionInputs,
    carried: [flat('weights'), flat('firstMoment'), flat('secondMoment')],
    perStep: stepInputs,
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
  })
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
