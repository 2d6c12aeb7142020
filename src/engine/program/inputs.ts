import type { Tensor } from '@tensorflow/tfjs-core'
import type { Random } from '../random.ts'

export type NumberArray = Float32Array | Int32Array

/** A named tensor that a program is given from outside. */
export interface InputSpec {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: 'float32' | 'int32'
}

/** An input together with its values: the same for every step of a session and for all copies. */
export interface SessionInput extends InputSpec {
  readonly values: NumberArray
}

export type Tensors = Readonly<Record<string, Tensor>>
export type Arrays = Readonly<Record<string, NumberArray>>

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1)

/** The entry called `name`; a missing one is a bug in the program, not in what a person did. */
export function named<T>(record: Readonly<Record<string, T>>, name: string): T {
  const entry = record[name]
  if (entry === undefined) throw new Error(`The program was not given its input "${name}".`)
  return entry
}

/** A typed array for `count` values of an input. */
export const emptyArray = (input: InputSpec, count: number): NumberArray =>
  input.dtype === 'int32' ? new Int32Array(count) : new Float32Array(count)

/** `make` called when its value is first asked for, and never again. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/**
 * An input that changes every step, the same for all copies if it is a scalar, each copy's own if it is [copies, ...]
 * with more than one side, and how its values are drawn, in the order of a program's inputs. */
export interface StepInput extends InputSpec {
  draw(target: NumberArray, random: Random, step: number): void
}
