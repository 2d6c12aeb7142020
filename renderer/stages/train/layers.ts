import type { TrainingSettings } from '../../../src/contract/records.ts'
import { hiddenLayers, hiddenNodes } from '../../../src/contract/settings.ts'

/** The layer lists of a network: hidden layers outermost first, of the decoder innermost first; null = mirrored. */
export type Layers = Pick<TrainingSettings, 'hidden' | 'decoder' | 'code'>

/** One layer as drawn, from input to output. */
export interface Layer {
  readonly part: 'input' | 'hidden' | 'code' | 'decoder' | 'mirrored' | 'output'
  /** Place among the layers of its part. */
  readonly index: number
  readonly nodes: number
  readonly title: string
}

/** The network from input to output. */
export function layersOf(features: number, { hidden, decoder, code }: Layers): readonly Layer[] {
  const outward = decoder ?? hidden.toReversed()
  const part = decoder === null ? 'mirrored' : 'decoder'
  return [
    { part: 'input', index: 0, nodes: features, title: 'Input' },
    ...hidden.map(
      (nodes, index): Layer => ({ part: 'hidden', index, nodes, title: `Encoder layer ${index + 1}` }),
    ),
    { part: 'code', index: 0, nodes: code ?? 1, title: 'Code' },
    ...outward.map((nodes, index): Layer => ({ part, index, nodes, title: `Decoder layer ${index + 1}` })),
    { part: 'output', index: 0, nodes: features, title: 'Output' },
  ]
}

/** Height of a layer in the drawing as a share of the tallest: by the logarithm, or narrow ones would vanish. */
export const heightOf = (nodes: number, most: number): number =>
  Math.log1p(nodes) / Math.log1p(Math.max(most, 1))

/** Whether a list of hidden layers may have one more. */
export const mayGrow = (layers: readonly number[]): boolean => layers.length < hiddenLayers.to

/** A layer with so many nodes that it leads evenly from one neighbour to the other. */
export function nodesBetween(one: number, other: number): number {
  const nodes = Math.round(Math.sqrt(one * other))
  return Math.min(hiddenNodes.to, Math.max(hiddenNodes.from, nodes))
}

/** Node counts after a key in a field; null for a key that does not change them. */
export function nodesAfterKey(
  nodes: number,
  { key, shiftKey }: { key: string; shiftKey: boolean },
): number | null {
  const step = shiftKey ? 10 : 1
  const targets: Readonly<Record<string, number>> = {
    ArrowUp: nodes + step,
    ArrowDown: nodes - step,
    PageUp: nodes * 2,
    PageDown: Math.round(nodes / 2),
  }
  const target = Object.hasOwn(targets, key) ? targets[key] : undefined
  return target === undefined ? null : Math.min(hiddenNodes.to, Math.max(hiddenNodes.from, target))
}
