import { bytesOf } from '../../contract/bytes.ts'
import { joined } from '../../engine/blocks.ts'

/** Output of a layer: its name, which the next layers refer to, and its numbers a row. */
export interface LayerOutput {
  readonly name: string
  readonly width: number
}

interface LayerRecord {
  readonly class_name: string
  readonly name: string
  readonly config: Readonly<Record<string, unknown>>
  readonly inbound_nodes: readonly (readonly (readonly [string, 0, 0, Record<string, never>])[])[]
}

/**
 * Writes down a network of Keras layers as TensorFlow.js's layers format has it: `model.json` names the layers and
 * what is in `weights.bin`, 32-bit floats one after the other.
 */
export class LayersModel {
  readonly #layers: LayerRecord[] = []
  readonly #inputs: LayerOutput[] = []
  readonly #weights: {
    readonly name: string
    readonly shape: readonly number[]
    readonly values: Float32Array
  }[] = []

  input(name: string, width: number): LayerOutput {
    const config = { batch_input_shape: [null, width], dtype: 'float32', sparse: false }
    const output = this.#layer('InputLayer', { name, width }, [], config)
    this.#inputs.push(output)
    return output
  }

  /** activation(input x weights + biases). `weights` is [from, width] in rows. */
  dense(
    name: string,
    from: LayerOutput,
    layer: {
      readonly weights: Float32Array
      readonly biases: Float32Array | null
      readonly width: number
      readonly activation: 'linear' | 'swish' | 'sigmoid' | 'softmax'
    },
  ): LayerOutput {
    const { weights, biases, width, activation } = layer
    this.#weights.push({ name: `${name}/kernel`, shape: [from.width, width], values: weights })
    if (biases) this.#weights.push({ name: `${name}/bias`, shape: [width], values: biases })
    const config = { units: width, activation, use_bias: biases !== null }
    return this.#layer('Dense', { name, width }, [from], config)
  }

  /** factor x input + offset, feature by feature: batch normalisation by fixed numbers. */
  affine(
    name: string,
    from: LayerOutput,
    factors: readonly number[],
    offsets: readonly number[],
  ): LayerOutput {
    const vectors = {
      gamma: Float32Array.from(factors),
      beta: Float32Array.from(offsets),
      moving_mean: new Float32Array(from.width),
      moving_variance: new Float32Array(from.width).fill(1),
    }
    for (const [vector, values] of Object.entries(vectors))
      this.#weights.push({ name: `${name}/${vector}`, shape: [from.width], values })
    const config = { axis: -1, epsilon: 0, center: true, scale: true }
    return this.#layer('BatchNormalization', { name, width: from.width }, [from], config)
  }

  /** The outputs side by side; one alone stays as it is. */
  beside(name: string, from: readonly LayerOutput[]): LayerOutput {
    const width = from.reduce((sum, output) => sum + output.width, 0)
    return this.#joined('Concatenate', { name, width }, from, { axis: -1 })
  }

  sum = (name: string, from: readonly LayerOutput[]) => this.#merged('Add', name, from)
  average = (name: string, from: readonly LayerOutput[]) => this.#merged('Average', name, from)

  /** The two files. @throws AbortError */
  async files(
    output: LayerOutput,
    signal?: AbortSignal,
  ): Promise<{ readonly 'model.json': string; readonly 'weights.bin': Uint8Array }> {
    const parts = this.#weights.map(({ values }) => bytesOf(values))
    const tensors = this.#inputs.map((input) => [input.name, 0, 0])
    const topology = {
      class_name: 'Model',
      config: {
        name: 'residual',
        layers: this.#layers,
        input_layers: tensors,
        output_layers: [[output.name, 0, 0]],
      },
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    }
    const weights = this.#weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }))
    const model = {
      format: 'layers-model',
      generatedBy: 'Residual',
      convertedBy: null,
      modelTopology: topology,
      weightsManifest: [{ paths: ['weights.bin'], weights }],
    }
    return { 'model.json': JSON.stringify(model), 'weights.bin': await joined(parts, signal) }
  }

  #merged(kind: string, name: string, from: readonly LayerOutput[]): LayerOutput {
    return this.#joined(kind, { name, width: from[0]?.width ?? 0 }, from, {})
  }

  #joined(
    kind: string,
    output: LayerOutput,
    from: readonly LayerOutput[],
    config: Readonly<Record<string, unknown>>,
  ): LayerOutput {
    const [only] = from
    return only && from.length === 1 ? only : this.#layer(kind, output, from, config)
  }

  #layer(
    kind: string,
    output: LayerOutput,
    from: readonly LayerOutput[],
    config: Readonly<Record<string, unknown>>,
  ): LayerOutput {
    const { name } = output
    const inbound = from.map((one): [string, 0, 0, Record<string, never>] => [one.name, 0, 0, {}])
    this.#layers.push({
      class_name: kind,
      name,
      config: { name, ...config },
      inbound_nodes: inbound.length > 0 ? [inbound] : [],
    })
    return output
  }
}
