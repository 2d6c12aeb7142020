import type { ModelSpec } from '../engine.ts'
import { seededRandom } from '../random.ts'
import { sizeOf } from './inputs.ts'

/** One parameter's place in the flat vector. */
export interface Parameter {
  readonly name: string
  readonly shape: readonly number[]
  readonly size: number
  /** Bounds of the uniform initial values; 0 for biases. */
  readonly initialLimit: number
}

/** The parameters in the order in which they lie, one after the other, in the flat vector. */
export interface ParameterLayout {
  readonly parameters: readonly Parameter[]
  readonly size: number
}

/** What decides which parameters a model has. */
export type Shape = Pick<
  ModelSpec,
  'features' | 'context' | 'copies' | 'layers' | 'codeLayer' | 'code' | 'cellLoss' | 'initialScales'
>

/** Nodes from layer to layer, input and output included. */
export const widths = ({ features, layers }: Pick<ModelSpec, 'features' | 'layers'>): number[] => [
  features,
  ...layers,
  features,
]

/** A head that starts almost at zero says the same of every row at first. */
const nearZero = 0.01

/**
 * Weights [copies, in, out] and biases [copies, 1, out], layer by layer; after them, where the flavour has them:
 * - `log-variance weights`, `log-variance biases`: second head of a variational code, beside `weights codeLayer`;
 * - `context weights` [copies, context, out]: what the context adds to the sums of the decoder's first layer;
 * - `spread weights`, `spread biases`: second head of the last layer, for the Gaussian likelihood.
 *
 * Initial weights are uniform in +-sqrt(3 scale / in): variance scaling by fan-in (LeCun et al., 1998).
 */
export function denseLayout(spec: Shape): ParameterLayout {
  const sides = widths(spec)
  const last = spec.layers.length
  const context = spec.context.length

  const weights = (name: string, layer: number, from: number, scale: number): Parameter => {
    const shape = [spec.copies, from, sides[layer + 1] ?? 0]
    const given = (sides[layer] ?? 0) + (layer === spec.codeLayer + 1 ? context : 0)
    return { name, shape, size: sizeOf(shape), initialLimit: Math.sqrt((3 * scale) / given) }
  }
  const biases = (name: string, layer: number): Parameter => {
    const shape = [spec.copies, 1, sides[layer + 1] ?? 0]
    return { name, shape, size: sizeOf(shape), initialLimit: 0 }
  }
  const head = (name: string, layer: number, scale: number): Parameter[] => [
    weights(`${name} weights`, layer, sides[layer] ?? 0, scale),
    biases(`${name} biases`, layer),
  ]
  const scaleOf = (layer: number) => spec.initialScales[layer] ?? 1

  const parameters = sides
    .slice(1)
    .flatMap((_, layer) => [
      weights(`weights ${layer}`, layer, sides[layer] ?? 0, scaleOf(layer)),
      biases(`biases ${layer}`, layer),
    ])
  if (spec.code.kind === 'variational') parameters.push(...head('log-variance', spec.codeLayer, nearZero))
  if (context > 0) {
    const layer = spec.codeLayer + 1
    parameters.push(weights('context weights', layer, context, scaleOf(layer)))
  }
  if (spec.cellLoss === 'gaussian-likelihood') parameters.push(...head('spread', last, scaleOf(last)))
  return { parameters, size: parameters.reduce((total, parameter) => total + parameter.size, 0) }
}

/** Seeded initial values of the flat vector. */
export function initialWeights(layout: ParameterLayout, seed: number): Float32Array {
  const random = seededRandom(seed, 'initial weights')
  const values = new Float32Array(layout.size)
  let offset = 0
  for (const { size, initialLimit } of layout.parameters) {
    if (initialLimit > 0) {
      for (let index = offset; index < offset + size; index += 1) {
        values[index] = (2 * random.uniform() - 1) * initialLimit
      }
    }
    offset += size
  }
  return values
}
