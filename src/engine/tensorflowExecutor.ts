import * as tf from '@tensorflow/tfjs-core'
import { withBackend } from './backend.ts'
import type { CompiledFunction, CompiledLoop, Executor } from './executor.ts'
import {
  type Arrays,
  type InputSpec,
  type NumberArray,
  named,
  type SessionInput,
  sizeOf,
  type Tensors,
} from './program/inputs.ts'

/** Runs functions directly on a TensorFlow.js backend that computes synchronously: cpu, wasm or tensorflow. */
export function tensorflowExecutor(backendName: string): Executor {
  return {
    async compile({ fixed, inputs, run }): Promise<CompiledFunction> {
      const kept = withBackend(backendName, () => keep(fixed))
      return {
        run: async (given) =>
          withBackend(backendName, () =>
            computed(() => run({ ...kept, ...tensorsOf(inputs, (input) => named(given, input.name)) })),
          ),
        close: async () => withBackend(backendName, () => tf.dispose(kept)),
      }
    },

    async compileLoop({ fixed, carried, perStep, reported, step }): Promise<CompiledLoop> {
      const kept = withBackend(backendName, () => keep(fixed))
      return {
        async run(steps, start, given) {
          const reports = reported.map((name) => ({ name, values: new Float32Array(steps) }))
          let state = start
          for (let index = 0; index < steps; index += 1) {
            state = withBackend(backendName, () =>
              computed(() =>
                step({
                  ...kept,
                  ...tensorsOf(carried, (input) => named(state, input.name)),
                  ...tensorsOf(perStep, (input) => {
                    const size = sizeOf(input.shape)
                    return named(given, input.name).subarray(index * size, (index + 1) * size)
                  }),
                }),
              ),
            )
            for (const { name, values } of reports) values[index] = state[name]?.[0] ?? Number.NaN
          }
          return { ...state, ...Object.fromEntries(reports.map(({ name, values }) => [name, values])) }
        },
        close: async () => withBackend(backendName, () => tf.dispose(kept)),
      }
    },
  }
}

function tensorsOf(inputs: readonly InputSpec[], valuesOf: (input: InputSpec) => NumberArray): Tensors {
  return Object.fromEntries(
    inputs.map((input) => [input.name, tf.tensor(valuesOf(input), [...input.shape], input.dtype)]),
  )
}

const keep = (fixed: readonly SessionInput[]): Record<string, tf.Tensor> =>
  Object.fromEntries(
    fixed.map((input) => [input.name, tf.tensor(input.values, [...input.shape], input.dtype)]),
  )

/** The values of what `run` returns; every tensor it made is freed. */
function computed(run: () => Tensors): Arrays {
  let values: Arrays = {}
  // Nothing may be returned through tidy: it looks for tensors in every single number of an array.
  tf.tidy(() => {
    values = read(run())
  })
  return values
}

const read = (tensors: Tensors): Arrays =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, tensor.dataSync<'float32'>().slice()]),
  )
