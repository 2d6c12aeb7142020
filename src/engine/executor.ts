import type { Tensor } from '@tensorflow/tfjs-core'
import type { Arrays, InputSpec, SessionInput, Tensors } from './program/inputs.ts'

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
   * reported scalar.
   */
  run(steps: number, carried: Arrays, perStep: Arrays): Promise<Arrays>
  close(): Promise<void>
}

/** The same function for several sets of inputs, which may be computed at once; the results in their order. */
export interface CompiledBatches {
  run(inputs: readonly Arrays[]): Promise<readonly Arrays[]>
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
  /** Where several batches at once are faster than one after the other; alike bit for bit however many cores there are. */
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
    async run(inputs) {
      const results: Arrays[] = []
      for (const each of inputs) results.push(await run(each))
      return results
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
