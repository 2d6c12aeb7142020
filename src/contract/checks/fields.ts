import { z } from 'zod'

// What the checks of more than one stage say of a field.

export const id = z.string().min(1).max(200)
export const path = z.string().min(1).max(10_000)
export const count = z
  .int()
  .min(0)
  .max(2 ** 31)
export const none = z.strictObject({})

/** Rows `from`..`to`, exclusive. */
export const window = { from: count, to: count }
export const windowIsFair = ({ from, to }: { from: number; to: number }) => to >= from && to - from <= 1_000
export const windowRule = { error: 'from..to must go forward and span at most 1,000 rows', path: ['to'] }

/** One check for each call of a stage. */
export type Checks<C> = {
  readonly [M in keyof C]: C[M] extends (input: infer I) => unknown ? z.ZodType<I> : never
}
