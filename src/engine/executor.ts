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

/** What turns a program into something that runs. It knows nothing of models. */
export interface Executor {
  compile(definition: TensorFunction): Promise<CompiledFunction>
  compileLoop(definition: TensorLoop): Promise<CompiledLoop>
}
