import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { CompiledFunction, CompiledLoop, Executor, TensorLoop } from './executor.ts'
import type { Graph, GraphNode, Value } from './graph.ts'
import { type DeclaredValue, type FileGraph, onnxFile } from './onnxFile.ts'
import { guarded, loadOnnxRuntime, type OnnxRuntime } from './onnxRuntime.ts'
import { threadsFor } from './onnxThreads.ts'
import { type Arrays, type InputSpec, type NumberArray, named } from './program/inputs.ts'
import { trace } from './trace.ts'

/** Options that change how, not what, ONNX Runtime computes. */
export interface OnnxOptions {
  /** Default: as `threadsFor` finds for each graph. */
  readonly threads?: number
  /** File prefix for ONNX Runtime's own profile, for benchmarks. */
  readonly profile?: string
}

/** Traces functions into ONNX graphs and runs them on ONNX Runtime. */
export function onnxExecutor(options: OnnxOptions): Executor {
  return {
    async compile({ fixed, inputs, run }): Promise<CompiledFunction> {
      const specs = [...fixed, ...inputs]
      const graph = trace(specs, run)
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
      const { fixed, carried, perStep } = definition
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
            [...carried.map((input) => input.name), 'loss'].map((name) => [
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
      // Threads that wait do not spin: they would take the cores from the window and everything else.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // The arena's large single allocations are fatal inside Electron (electron/electron#44291).
      enableCpuMemArena: false,
      logSeverityLevel: 3,
      ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
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

/**
 * The traced step as the body of a Loop. Fixed inputs are read from the graph around it; what changes per
 * step is picked by the iteration's number from arrays that hold a whole chunk.
 */
function loopFile(graph: Graph, { fixed, carried, perStep }: TensorLoop): Uint8Array {
  const fixedValues = graph.inputs.slice(0, fixed.length)
  const carriedValues = graph.inputs.slice(fixed.length, fixed.length + carried.length)
  const stepValues = graph.inputs.slice(fixed.length + carried.length)
  const iteration: Value = { name: 'iteration', dtype: 'int64', shape: [] }
  const goOn: Value = { name: 'go_on', dtype: 'bool', shape: [] }
  const wentOn: Value = { name: 'went_on', dtype: 'bool', shape: [] }

  const chunks = perStep.map(
    (input): DeclaredValue => ({
      name: `all ${input.name}`,
      dtype: input.dtype,
      shape: ['steps', ...input.shape],
    }),
  )
  const picks = stepValues.map((value, index): GraphNode => {
    const chunk: Value = { name: chunks[index]?.name ?? '', dtype: value.dtype, shape: [1, ...value.shape] }
    return node('Gather', [chunk, iteration], [value], { axis: { int: 0 } })
  })
  const seen = new Set(graph.inputs)
  const copies: GraphNode[] = []
  const results = [...carried.map((input) => input.name), 'loss'].map((name) => {
    const source = named(graph.outputs, name)
    const outer: Value = { name: `last ${name}`, dtype: source.dtype, shape: source.shape }
    if (!seen.has(source) && !source.constant) {
      seen.add(source)
      return { inner: source, outer }
    }
    // A body may neither return an input as it is nor a value twice.
    const inner: Value = { name: `next ${name}`, dtype: source.dtype, shape: source.shape }
    copies.push(node('Identity', [source], [inner]))
    return { inner, outer }
  })
  const body: FileGraph = {
    name: 'step',
    inputs: [iteration, goOn, ...carriedValues],
    nodes: [...picks, ...graph.nodes, node('Identity', [goOn], [wentOn]), ...copies],
    outputs: [wentOn, ...results.map(({ inner }) => inner)],
  }
  const steps: Value = { name: 'steps', dtype: 'int64', shape: [] }
  const always: Value = { name: 'always', dtype: 'bool', shape: [], constant: Uint8Array.of(1) }
  const starts = carried.map(
    (input): Value => ({ name: `first ${input.name}`, dtype: input.dtype, shape: input.shape }),
  )
  return onnxFile({
    name: 'training',
    inputs: [...fixedValues, ...starts, ...chunks, steps],
    nodes: [
      {
        ...node(
          'Loop',
          [steps, always, ...starts],
          results.map(({ outer }) => outer),
        ),
        body,
      },
    ],
    outputs: results.map(
      ({ outer }): DeclaredValue => (outer.name === 'last loss' ? { ...outer, shape: ['steps'] } : outer),
    ),
  })
}

const node = (
  operation: string,
  inputs: readonly Value[],
  outputs: readonly Value[],
  attributes: GraphNode['attributes'] = {},
): GraphNode => ({ operation, domain: '', inputs, outputs, attributes })
