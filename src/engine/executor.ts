import { setImmediate } from 'node:timers/promises'
import type { Tensor } from '@tensorflow/tfjs-core'
import { type Arrays, type InputSpec, named, type SessionInput, type Tensors } from './program/inputs.ts'

/** A function of tensors with fixed shapes. `fixed` inputs keep their values for the function's life. */
export interface TensorFunction {
  readonly fixed: readonly SessionInput[]
  readonly inputs: readonly InputSpec[]
  run(inputs: Tensors): Readonly<Record<string, Tensor>>
}

/** A function applied again and again: each `carried` output is the next step's input of that name. */
export interface TensorLoop {
  readonly fixed: readonly SessionInput[]
  readonly carried: readonly InputSpec[]
  readonly perStep: readonly InputSpec[]
  /** Names of scalars that every step reports. */
  readonly reported: readonly string[]
  /** Returns every carried value anew, and every reported scalar. */
  step(inputs: Tensors): Readonly<Record<string, Tensor>>
}

export interface CompiledFunction {
  run(inputs: Arrays): Promise<Arrays>
  close(): Promise<void>
}

export interface CompiledLoop {
  /**
   * `perStep` arrays hold `steps` values one after the other. Returns the carried values, and [steps] of every
   * reported scalar. The run after the next may write into these carried values again.
   */
  run(steps: number, carried: Arrays, perStep: Arrays): Promise<Arrays>
  close(): Promise<void>
}

/** The same function for batch after batch, several of which may be computed at once. */
export interface CompiledBatches {
  /** Arrays hold the values of `batches` batches one after the other, and so do the results. */
  run(batches: number, inputs: Arrays): Promise<Arrays>
  close(): Promise<void>
}

/** The same loop for several sets of values that share nothing but the fixed ones, and may run at once. */
export interface CompiledLoops {
  run(steps: number, carried: readonly Arrays[], perStep: readonly Arrays[]): Promise<readonly Arrays[]>
  close(): Promise<void>
}

/** What turns a program into something that runs. It knows nothing of models. */
export interface Executor {
  compile(definition: TensorFunction): Promise<CompiledFunction>
  compileLoop(definition: TensorLoop): Promise<CompiledLoop>
  /**
   * Where several batches at once are faster than one after the other; alike bit for bit however many cores there are.
   * Other work of this thread gets its turn between two batches.
   */
  compileBatches?(definition: TensorFunction): Promise<CompiledBatches>
  /** Where `count` small loops are faster than one of all together; alike bit for bit however many cores there are. */
  compileLoops?(definition: TensorLoop, count: number): Promise<CompiledLoops>
}

/** On any executor: at once where it can, otherwise one after the other. */
export async function compileBatches(
  executor: Executor,
  definition: TensorFunction,
): Promise<CompiledBatches> {
  if (executor.compileBatches) return executor.compileBatches(definition)
  const { run, close } = await executor.compile(definition)
  return {
    async run(batches, inputs) {
      const results: Arrays[] = []
      for (let batch = 0; batch < batches; batch += 1) {
        results.push(await run(partOf(inputs, batches, batch)))
        await setImmediate()
      }
      return joinedArrays(results)
    },
    close,
  }
}

/** As `compileBatches`. */
export async function compileLoops(
  executor: Executor,
  definition: TensorLoop,
  count: number,
): Promise<CompiledLoops> {
  if (executor.compileLoops) return executor.compileLoops(definition, count)
  const { run, close } = await executor.compileLoop(definition)
  return {
    async run(steps, carried, perStep) {
      const results: Arrays[] = []
      for (const [loop, start] of carried.entries())
        results.push(await run(steps, start, perStep[loop] ?? {}))
      return results
    },
    close,
  }
}

/** The values of some batches, from `first` on, of arrays that hold those of `batches`. */
export const partOf = (arrays: Arrays, batches: number, first: number, count = 1): Arrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, values]) => {
      const size = values.length / batches
      return [name, values.subarray(first * size, (first + count) * size)]
    }),
  )

/** Arrays of the same names end to end. */
export function joinedArrays(all: readonly Arrays[]): Arrays {
  const [first = {}] = all
  if (all.length === 1) return first
  return Object.fromEntries(
    Object.entries(first).map(([name, values]) => {
      const parts = all.map((arrays) => named(arrays, name))
      const length = parts.reduce((sum, part) => sum + part.length, 0)
      const joined = values instanceof Float32Array ? new Float32Array(length) : new Int32Array(length)
      let at = 0
      for (const part of parts) {
        joined.set(part, at)
        at += part.length
      }
      return [name, joined]
    }),
  )
}
