import { setTimeout } from 'node:timers/promises'
import type { Engine, Matrix, ModelSpec } from '../../src/engine/engine.ts'
import { denseLayout } from '../../src/engine/program/layout.ts'

interface Opened {
  readonly spec: ModelSpec
  readonly rows: Matrix
  readonly drawFrom: Int32Array | undefined
}

/**
 * An engine whose network answers `level` for every feature, so that every error can be worked out by hand.
 * `loss` gives the training loss of a step, `validation` the loss of rows held out; `milliseconds` is how
 * long a step takes. Weights carry the step in their first number, so that one can see when they were taken.
 */
export function constantEngine(
  options: {
    readonly level?: number
    readonly loss?: (step: number) => number
    readonly validation?: (step: number) => number
    readonly milliseconds?: number
  } = {},
): Engine & { readonly opened: Opened[]; closed: number } {
  const { level = 0, loss = (step) => 1 / step, milliseconds = 0, validation = () => 0.5 } = options
  const opened: Opened[] = []
  const engine = {
    name: 'constant',
    opened,
    closed: 0,
    async open(spec: ModelSpec, rows: Matrix, state?: { readonly step: number }, drawFrom?: Int32Array) {
      opened.push({ spec, rows, drawFrom })
      let step = state?.step ?? 0
      const parameters = new Float32Array(denseLayout(spec).size).fill(level)
      return {
        async train(steps: number) {
          const count = Math.min(steps, spec.schedule.steps - step)
          if (milliseconds > 0) await setTimeout(milliseconds * count)
          const losses = Float32Array.from({ length: count }, () => loss(++step))
          return { losses, gradientNorms: losses.map(() => 1) }
        },
        evaluate: async () => validation(step),
        async score(matrix: Matrix) {
          return {
            errors: matrix.values.map((value) => (Number.isNaN(value) ? 0 : (value - level) ** 2)),
            reconstruction: new Float32Array(matrix.values.length).fill(level),
          }
        },
        async rowCosts({ rows: count, columns, values }: Matrix) {
          const costs = new Float32Array(count)
          for (const [place, value] of values.entries()) {
            const row = Math.floor(place / columns)
            if (!Number.isNaN(value)) costs[row] = (costs[row] ?? 0) + (value - level) ** 2
          }
          return { costs, hasMissing: true }
        },
        encode: async ({ rows: count }: Matrix): Promise<Matrix> => ({
          rows: count,
          columns: 1,
          values: new Float32Array(count).fill(level),
        }),
        decode: async ({ rows: count }: Matrix): Promise<Matrix> => ({
          rows: count,
          columns: spec.features,
          values: new Float32Array(count * spec.features).fill(level),
        }),
        state: () => ({
          step,
          weights: parameters.with(0, step),
          firstMoment: parameters,
          secondMoment: parameters,
          random: [step],
        }),
        async close() {
          engine.closed++
        },
      }
    },
  }
  return engine
}
