import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { CompiledFunction, CompiledLoop, Executor } from './executor.ts'
import { type Graph, type Value, withOwnOutputs } from './graph.ts'
import { onnxFile } from './onnxFile.ts'
import { loopFile } from './onnxLoop.ts'
import { guarded, loadOnnxRuntime, type OnnxRuntime } from './onnxRuntime.ts'
import { threadsFor } from './onnxThreads.ts'
import { type Arrays, type InputSpec, type NumberArray, named } from './program/inputs.ts'
import { trace } from './trace.ts'

/** Options that change how, not what, ONNX Runtime computes. */
export interface OnnxOptions {
  /** Default: as `threadsFor` finds for each graph. */
  readonly threads?: number
}

/** Traces functions into ONNX graphs and runs them on ONNX Runtime. */
export function onnxExecutor(options: OnnxOptions): Executor {
  return {
    async compile({ fixed, inputs, run }): Promise<CompiledFunction> {
      const specs = [...fixed, ...inputs]
      const graph = withOwnOutputs(trace(specs, run))
      const { Tensor } = await loadOnnxRuntime()
      const session = await load(functionFile(graph), threadsFor(graph), options)
      const fixedFeeds = feedsOf(Tensor, graph, specs, fixed)
      return {
        async run(given) {
          const feeds: Record<string, Tensor> = { ...fixedFeeds }
          inputs.forEach((input, index) => {
            const value = graph.inputs[fixed.length + index] as Value
            feeds[value.name] = new Tensor(input.dtype, named(given, input.name), input.shape)
          })
          const results = await guarded(() => session.run(feeds))
          return arraysOf(graph.outputs, results)
        },
        close: () => session.release(),
      }
    },

    async compileLoop(definition): Promise<CompiledLoop> {
      const { fixed, carried, perStep, reported } = definition
      const specs = [...fixed, ...carried, ...perStep]
      const graph = trace(specs, definition.step)
      const { Tensor } = await loadOnnxRuntime()
      const session = await load(loopFile(graph, definition), threadsFor(graph), options)
      const fixedFeeds = feedsOf(Tensor, graph, specs, fixed)
      return {
        async run(steps, start, given) {
          const feeds: Record<string, Tensor> = {
            ...fixedFeeds,
            steps: new Tensor('int64', BigInt64Array.of(BigInt(steps)), []),
          }
          for (const input of carried) {
            feeds[`first ${input.name}`] = new Tensor(input.dtype, named(start, input.name), input.shape)
          }
          for (const input of perStep) {
            feeds[`all ${input.name}`] = new Tensor(input.dtype, named(given, input.name), [
              steps,
              ...input.shape,
            ])
          }
          const results = await guarded(() => session.run(feeds))
          return Object.fromEntries(
            [...carried.map((input) => input.name), ...reported].map((name) => [
              name,
              results[`last ${name}`]?.data as NumberArray,
            ]),
          )
        },
        close: () => session.release(),
      }
    },
  }
}

async function load(bytes: Uint8Array, threads: number, options: OnnxOptions): Promise<InferenceSession> {
  const { InferenceSession } = await loadOnnxRuntime()
  return guarded(() =>
    InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: options.threads ?? threads,
      // Threads wait for the next operation awake, but not for long, and never between runs: they would take the cores
      // from the window and everything else.
      extra: {
        session: { intra_op: { allow_spinning: '1', spin_duration_us: '50' }, force_spinning_stop: '1' },
      },
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // The arena's large single allocations are fatal inside Electron (electron/electron#44291).
      enableCpuMemArena: false,
      // Errors are thrown with their reason; logging them too would only repeat it.
      logSeverityLevel: 4,
    }),
  )
}

/** ONNX Runtime reads a typed array in place: feeding the same rows to every chunk copies nothing. */
function feedsOf(
  Tensor: OnnxRuntime['Tensor'],
  graph: Graph,
  specs: readonly InputSpec[],
  fixed: readonly (InputSpec & { readonly values: NumberArray })[],
): Record<string, Tensor> {
  return Object.fromEntries(
    fixed.map((input) => [
      graph.inputs[specs.indexOf(input)]?.name,
      new Tensor(input.dtype, input.values, input.shape),
    ]),
  )
}

const arraysOf = (outputs: Graph['outputs'], results: InferenceSession.OnnxValueMapType): Arrays =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, results[value.name]?.data as NumberArray]),
  )

const functionFile = (graph: Graph): Uint8Array =>
  onnxFile({
    name: 'function',
    inputs: graph.inputs,
    nodes: graph.nodes,
    outputs: Object.values(graph.outputs),
  })
