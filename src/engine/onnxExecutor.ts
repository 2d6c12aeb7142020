import type { InferenceSession, Tensor } from 'onnxruntime-node'
import {
  type CompiledBatches,
  type CompiledFunction,
  type CompiledLoop,
  type CompiledLoops,
  type Executor,
  joinedArrays,
  partOf,
  type TensorFunction,
  type TensorLoop,
} from './executor.ts'
import { type Graph, type Value, withOwnOutputs } from './graph.ts'
import { batchesFile, stackedName } from './onnxBatches.ts'
import { onnxFile } from './onnxFile.ts'
import type { Feeds } from './onnxHelper.ts'
import { loopFile } from './onnxLoop.ts'
import { guarded, loadOnnxRuntime, type OnnxRuntime } from './onnxRuntime.ts'
import { openTeam } from './onnxTeam.ts'
import { multiplicationsOf, threadsFor } from './onnxThreads.ts'
import {
  type Arrays,
  emptyArray,
  type InputSpec,
  type NumberArray,
  named,
  once,
  type SessionInput,
  sizeOf,
} from './program/inputs.ts'
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
      const session = await load(functionFile(graph), {
        threads: threadsFor(graph),
        keepsMemory: false,
        ...options,
      })
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
      const file = loopFile(graph, definition)
      const session = await load(file, { threads: threadsFor(graph), keepsMemory: !inElectron, ...options })
      const fixedFeeds = feedsOf(Tensor, graph, specs, fixed)
      const carriedOutputs = () =>
        carried.map(({ name, dtype, shape }): [string, Tensor] => [
          `last ${name}`,
          new Tensor(dtype, emptyArray({ name, dtype, shape }, sizeOf(shape)), shape),
        ])
      // Outputs are written into memory that is there already: asking the system for new memory costs a large network
      // more than the copy. Of two such places each run writes into the one that it does not read from.
      const places = [once(carriedOutputs), once(carriedOutputs)]
      let runs = 0
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
          const outputs = places[runs % 2]?.() ?? []
          const results = await guarded(() =>
            session.run(feeds, {
              ...Object.fromEntries(outputs),
              ...Object.fromEntries(reported.map((name) => [`last ${name}`, null])),
            }),
          )
          runs += 1
          return Object.fromEntries([
            ...outputs.map(([, { data }], index) => [carried[index]?.name ?? '', data as NumberArray]),
            ...reported.map((name) => [name, results[`last ${name}`]?.data as NumberArray]),
          ])
        },
        close: () => session.release(),
      }
    },

    compileBatches: (definition) => batchesOf(definition, options),
    compileLoops: (definition, count) => loopsOf(definition, count, options),
  }
}

/** The arena's large single allocations are fatal inside Electron (electron/electron#44291). */
const inElectron = process.versions.electron !== undefined

/** @param keepsMemory whether memory is kept from step to step (the arena), which saves asking the system for it anew */
async function load(
  bytes: Uint8Array,
  { threads, keepsMemory }: { readonly threads: number; readonly keepsMemory: boolean },
): Promise<InferenceSession> {
  const { InferenceSession } = await loadOnnxRuntime()
  return guarded(() => InferenceSession.create(bytes, sessionOptions(threads, keepsMemory)))
}

const sessionOptions = (threads: number, keepsMemory: boolean): InferenceSession.SessionOptions => ({
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  intraOpNumThreads: threads,
  // Threads wait for the next operation awake, but not for long, and never between runs: they would take the cores
  // from the window and everything else.
  extra: {
    session: { intra_op: { allow_spinning: '1', spin_duration_us: '50' }, force_spinning_stop: '1' },
  },
  interOpNumThreads: 1,
  executionMode: 'sequential',
  enableCpuMemArena: keepsMemory,
  // Errors are thrown with their reason; logging them too would only repeat it.
  logSeverityLevel: 4,
})

/** More members than this would share a memory that is no faster for it. */
const mostMembers = 4

/** A call computes this many batches at most, and this many multiplications where there are several: about 10 ms. */
const mostBatchesPerRun = 8
const mostMultiplicationsPerRun = 5e8

/**
 * Fewer calls cost less; towards the end smaller ones share better, so that no member waits long for the last. What a
 * call computes does not depend on the number of members.
 */
const batchesPerRun = (left: number, most: number): number =>
  Math.max(1, Math.min(most, Math.floor(left / mostMembers)))

async function batchesOf(definition: TensorFunction, options: OnnxOptions): Promise<CompiledBatches> {
  const { fixed, inputs, run } = definition
  const graph = withOwnOutputs(trace(inputs, run, fixed))
  const team = await openTeam({
    bytes: batchesFile(graph),
    fixed: {},
    options: sessionOptions(1, false),
    most: mostMembers,
    threads: options.threads,
  })
  const most = Math.min(mostBatchesPerRun, Math.floor(mostMultiplicationsPerRun / multiplicationsOf(graph)))
  const feedsOfPart = (given: Arrays, batches: number, first: number, count: number): Feeds => {
    const part = partOf(given, batches, first, count)
    return Object.fromEntries(
      inputs.map(({ name, dtype, shape }, index) => [
        stackedName(graph.inputs[index]?.name ?? ''),
        { dtype, values: named(part, name), shape: [count, ...shape] },
      ]),
    )
  }
  return {
    async run(batches, given) {
      const feeds: Feeds[] = []
      for (let first = 0, count = 0; first < batches; first += count) {
        count = batchesPerRun(batches - first, most)
        feeds.push(feedsOfPart(given, batches, first, count))
      }
      const results = joinedArrays(await team.run(feeds))
      return Object.fromEntries(
        Object.entries(graph.outputs).map(([name, value]) => [name, named(results, stackedName(value.name))]),
      )
    },
    close: () => team.close(),
  }
}

async function loopsOf(definition: TensorLoop, count: number, options: OnnxOptions): Promise<CompiledLoops> {
  const { fixed, carried, perStep, reported } = definition
  const specs = [...fixed, ...carried, ...perStep]
  const graph = trace(specs, definition.step)
  const team = await openTeam({
    bytes: loopFile(graph, definition),
    fixed: fixedFeedsOf(graph, specs, fixed),
    options: sessionOptions(1, !inElectron),
    most: count,
    threads: options.threads,
  })
  return {
    async run(steps, starts, given) {
      const feeds = starts.map((start, loop): Feeds => {
        const values = given[loop] ?? {}
        return {
          steps: { dtype: 'int64', values: BigInt64Array.of(BigInt(steps)), shape: [] },
          ...fedAs('first', carried, start, []),
          ...fedAs('all', perStep, values, [steps]),
        }
      })
      const names = [...carried.map((input) => input.name), ...reported]
      return (await team.run(feeds)).map((results) =>
        Object.fromEntries(names.map((name) => [name, named(results, `last ${name}`)])),
      )
    },
    close: () => team.close(),
  }
}

const fedAs = (
  prefix: string,
  inputs: readonly InputSpec[],
  arrays: Arrays,
  before: readonly number[],
): Feeds =>
  Object.fromEntries(
    inputs.map(({ name, dtype, shape }) => [
      `${prefix} ${name}`,
      { dtype, values: named(arrays, name), shape: [...before, ...shape] },
    ]),
  )

const fixedFeedsOf = (graph: Graph, specs: readonly InputSpec[], fixed: readonly SessionInput[]): Feeds =>
  Object.fromEntries(
    fixed.map((input) => [
      graph.inputs[specs.indexOf(input)]?.name ?? '',
      { dtype: input.dtype, values: input.values, shape: input.shape },
    ]),
  )

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
