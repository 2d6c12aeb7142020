import * as tf from '@tensorflow/tfjs-core'
import { type NumberArray, named, sizeOf, type Tensors } from '../../src/engine/program/inputs.ts'
import { seededRandom } from '../../src/engine/random.ts'

/** Random inputs of one kernel, and how to call it on them. */
export interface Trial {
  readonly inputs: Readonly<Record<string, TrialInput>>
  run(inputs: Tensors): tf.Tensor | Record<string, tf.Tensor>
}

export interface TrialInput {
  readonly shape: readonly number[]
  readonly values: NumberArray
}

/** How results may differ: by `relative` of the expected number, and `absolute` besides. */
export interface Tolerance {
  readonly relative: number
  readonly absolute: number
}

/** What a kernel is tried with. */
export interface KernelCase {
  trial(draw: Draw): Trial
  readonly tolerance?: Partial<Tolerance>
  /** Also compares the gradient, on inputs drawn by this instead where it is a function. */
  readonly gradient?: boolean | ((draw: Draw) => Trial)
}

export type Numbers = (draw: Draw) => number

/** Seeded choices of a trial. */
export class Draw {
  readonly #random
  constructor(seed: number) {
    this.#random = seededRandom(seed, 'kernel trial')
  }

  uniform = (): number => this.#random.uniform()
  /** From `low` to `high`, both included. */
  integer = (low: number, high: number): number => low + this.#random.integer(high - low + 1)
  chance = (share: number): boolean => this.uniform() < share
  pick = <T>(choices: readonly T[]): T => choices[this.#random.integer(choices.length)] as T
  normal = (): number => Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform())

  shape(lowestRank = 0, highestRank = 4): number[] {
    return Array.from({ length: this.integer(lowestRank, highestRank) }, () => this.integer(1, 5))
  }

  /** Two shapes that broadcast to one, either of which may be the smaller. */
  shapes(): [number[], number[]] {
    const whole = this.shape()
    const part = () =>
      whole
        .map((side) => (this.chance(0.3) ? 1 : side))
        .slice(this.chance(0.3) ? this.integer(0, whole.length) : 0)
    const [a, b] = this.pick([
      [whole, part()],
      [part(), whole],
      [whole, whole],
    ])
    return [a ?? whole, b ?? whole]
  }

  /** An axis of this rank, counted from either end. */
  axis(rank: number): number {
    const axis = this.integer(0, rank - 1)
    return this.chance(0.4) ? axis - rank : axis
  }

  order(length: number): number[] {
    const left = Array.from({ length }, (_, index) => index)
    return Array.from({ length }, () => left.splice(this.integer(0, left.length - 1), 1)[0] ?? 0)
  }

  floats(shape: readonly number[], numbers: Numbers = moderate): TrialInput {
    return { shape, values: Float32Array.from({ length: sizeOf(shape) }, () => numbers(this)) }
  }

  integers(shape: readonly number[], low: number, high: number): TrialInput {
    return { shape, values: Int32Array.from({ length: sizeOf(shape) }, () => this.integer(low, high)) }
  }
}

export const moderate: Numbers = (draw) => draw.normal()
/** Every order of magnitude, both signs, zeros and infinities. */
export const extreme: Numbers = (draw) =>
  draw.chance(0.15)
    ? draw.pick([0, -0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3.4e38, -3.4e38, 1e-37])
    : draw.pick([-1, 1]) * 10 ** (draw.uniform() * 60 - 30)
export const positive: Numbers = (draw) => 10 ** (draw.uniform() * 4 - 2)
export const anyPositive: Numbers = (draw) => (draw.chance(0.1) ? 0 : 10 ** (draw.uniform() * 70 - 35))
export const within =
  (limit: number): Numbers =>
  (draw) =>
    (2 * draw.uniform() - 1) * limit
export const offZero: Numbers = (draw) => draw.pick([-1, 1]) * (0.1 + draw.uniform())
/** Small whole numbers, so that comparisons meet equal values. */
export const whole: Numbers = (draw) => draw.integer(-2, 2)

export const x = (inputs: Tensors) => named(inputs, 'x')
export const y = (inputs: Tensors) => named(inputs, 'y')

/** A kernel of one tensor of any shape. */
export const unary = (
  run: (x: tf.Tensor) => tf.Tensor,
  numbers: Numbers = extreme,
  more: Partial<KernelCase> = {},
): KernelCase => ({
  trial: (draw) => ({ inputs: { x: draw.floats(draw.shape(), numbers) }, run: (inputs) => run(x(inputs)) }),
  ...more,
})

/** A kernel of two tensors that broadcast. */
export const binary = (
  run: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor,
  numbers: Numbers = extreme,
  more: Partial<KernelCase> = {},
): KernelCase => ({
  trial(draw) {
    const [a, b] = draw.shapes()
    return {
      inputs: { x: draw.floats(a, numbers), y: draw.floats(b, numbers) },
      run: (inputs) => run(x(inputs), y(inputs)),
    }
  },
  ...more,
})

/** A float tensor with at least one axis, called with the draw for its choices. */
export const shaped = (
  choose: (draw: Draw, shape: readonly number[]) => (x: tf.Tensor) => tf.Tensor | Record<string, tf.Tensor>,
  more: Partial<KernelCase> & { readonly numbers?: Numbers; readonly lowestRank?: number } = {},
): KernelCase => {
  const { numbers = extreme, lowestRank = 1, ...rest } = more
  return {
    trial(draw) {
      const shape = draw.shape(lowestRank)
      const run = choose(draw, shape)
      return { inputs: { x: draw.floats(shape, numbers) }, run: (inputs) => run(x(inputs)) }
    },
    ...rest,
  }
}

export const asFloat = (tensor: tf.Tensor): tf.Tensor => tf.cast(tensor, 'float32')
