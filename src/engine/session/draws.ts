import type { ModelSpec } from '../engine.ts'
import { drawsPerRow } from '../program.ts'

/** Draws of a bound that go through the decoder together; more where a graph would else have too many parts. */
const fewestTogether = 16
/** Decoders of a graph, copy by copy and group by group: thousands would take seconds to compile. */
const mostDecoders = 64

/** Rows of a batch, however many draws a row takes: with fewer the calls would take longer than the work. */
export const fewestRows = 16

/**
 * How many drawn codes of each row are scored, and how many of them go through the decoder together. Activations grow
 * by `together`, the time of a row by `draws`: rows of a batch are to be divided by them.
 */
export function drawsOf(spec: ModelSpec): { readonly draws: number; readonly together: number } {
  const draws = drawsPerRow(spec)
  const needed = Math.ceil((spec.copies * draws) / mostDecoders)
  return { draws, together: Math.min(draws, Math.max(fewestTogether, needed)) }
}
