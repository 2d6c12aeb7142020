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

/** Nodes from layer to layer, input and output included. */
export const widths = (spec: ModelSpec): number[] => [spec.features, ...spec.layers, spec.features]

/**
 * Weights [copies, in, out] and biases [copies, 1, out], layer by layer.
 * Initial weights are uniform in +-sqrt(3 scale / in): variance scaling by fan-in (LeCun et al., 1998).
 */
export function denseLayout(spec: ModelSpec): ParameterLayout {
  const sides = widths(spec)
  const parameters = sides.slice(1).flatMap((out, layer): Parameter[] => {
    const inputs = sides[layer] ?? 0
    const weightShape = [spec.copies, inputs, out]
    const biasShape = [spec.copies, 1, out]
    const limit = Math.sqrt((3 * (spec.initialScales[layer] ?? 1)) / inputs)
    return [
      { name: `weights ${layer}`, shape: weightShape, size: sizeOf(weightShape), initialLimit: limit },
      { name: `biases ${layer}`, shape: biasShape, size: sizeOf(biasShape), initialLimit: 0 },
    ]
  })
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
