import { Failure } from '../../contract/failure.ts'
import { copyInBlocks, inBlocks } from '../../engine/blocks.ts'
import type { ModelSpec } from '../../engine/engine.ts'
import { denseLayout, widths } from '../../engine/program/layout.ts'
import { type LayerOutput, LayersModel } from './layersFormat.ts'

type Activation = 'linear' | 'swish' | 'sigmoid'

/**
 * The network as Keras layers: encoded rows in, reconstruction in encoded units out, averaged over the copies. A
 * variational code is its mean. A conditional network has a second input, the context features of the same rows.
 * @param weights the flat vector, in the order of `denseLayout`
 * @throws Failure `bad-request` where layers cannot say what the network does; AbortError
 */
export async function layersNetwork(
  spec: ModelSpec,
  weights: Float32Array,
  signal?: AbortSignal,
): ReturnType<LayersModel['files']> {
  const model = new LayersModel()
  const rows = model.input('rows', spec.features)
  const context = spec.context.length > 0 ? model.input('context', spec.context.length) : null
  const parameters = parametersOf(spec, weights)
  const copies: LayerOutput[] = []
  for (let copy = 0; copy < spec.copies; copy += 1) {
    const parameter: Parameter = (name) => parameters(name, copy)
    copies.push(await oneCopy(model, spec, { copy, rows, context, parameter, signal }))
  }
  const average = model.average('average', copies)
  return model.files(withContext(model, spec, inUnits(model, spec, average), context), signal)
}

type Parameter = (name: string) => Float32Array

/** The part of each parameter that belongs to one copy. */
function parametersOf(spec: ModelSpec, weights: Float32Array): (name: string, copy: number) => Float32Array {
  const places = new Map<string, { readonly from: number; readonly size: number }>()
  let from = 0
  for (const { name, size } of denseLayout(spec).parameters) {
    places.set(name, { from, size: size / spec.copies })
    from += size
  }
  return (name, copy) => {
    const place = places.get(name)
    if (!place) throw new Error(`The model has no parameter "${name}".`)
    return weights.subarray(place.from + copy * place.size, place.from + (copy + 1) * place.size)
  }
}

interface Copy {
  readonly copy: number
  readonly rows: LayerOutput
  readonly context: LayerOutput | null
  readonly parameter: Parameter
  readonly signal: AbortSignal | undefined
}

async function oneCopy(model: LayersModel, spec: ModelSpec, given: Copy): Promise<LayerOutput> {
  const { copy, rows, context, parameter, signal } = given
  const sides = widths(spec)
  let hidden = rows
  for (let layer = 0; layer <= spec.layers.length; layer += 1) {
    let kernel = parameter(`weights ${layer}`)
    // The input's divisor goes into the first weights.
    if (layer === 0) kernel = await divided(kernel, spec.inputDivisor, signal)
    if (context && layer === spec.codeLayer + 1) {
      hidden = model.beside(`copy_${copy}_code_and_context`, [hidden, context])
      kernel = await oneAfterTheOther(kernel, parameter('context weights'), signal)
    }
    const biases = parameter(`biases ${layer}`)
    const width = sides[layer + 1] ?? 0
    if (layer === spec.layers.length)
      return outputHeads(model, spec, { copy, hidden, kernel, biases, signal })
    hidden = model.dense(`copy_${copy}_layer_${layer}`, hidden, {
      weights: kernel,
      biases,
      width,
      activation: activationOf(spec, layer),
    })
  }
  throw new Error('The model has no last layer.')
}

async function divided(
  weights: Float32Array,
  divisor: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const quotients = new Float32Array(weights.length)
  const divide = (from: number, to: number) => {
    for (let place = from; place < to; place += 1) quotients[place] = (weights[place] ?? 0) / divisor
  }
  await inBlocks(weights.length, divide, { signal })
  return quotients
}

async function oneAfterTheOther(
  first: Float32Array,
  second: Float32Array,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const both = new Float32Array(first.length + second.length)
  await copyInBlocks(both, first, 0, signal)
  await copyInBlocks(both, second, first.length, signal)
  return both
}

/** Activations by Keras's names, as activation.ts of the engine applies them. */
function activationOf(spec: ModelSpec, layer: number): Activation {
  if (layer === spec.codeLayer && spec.code.kind === 'kl') return 'sigmoid'
  if (layer === spec.codeLayer && spec.code.kind === 'variational') return 'linear'
  switch (spec.activation) {
    case 'silu':
      return 'swish'
    case 'linear':
      return 'linear'
    default:
      throw new Failure(
        'bad-request',
        `The activation "${String(spec.activation)}" has no layer in TensorFlow.js. Export the model as ONNX.`,
      )
  }
}

/** The last layer, in pieces where categories need a softmax of their own. */
async function outputHeads(
  model: LayersModel,
  spec: ModelSpec,
  given: {
    readonly copy: number
    readonly hidden: LayerOutput
    readonly kernel: Float32Array
    readonly biases: Float32Array
    readonly signal: AbortSignal | undefined
  },
): Promise<LayerOutput> {
  const { copy, hidden, kernel, biases, signal } = given
  const plain = spec.cellLoss === 'binary-cross-entropy' ? 'sigmoid' : 'linear'
  const heads: LayerOutput[] = []
  for (const [index, { from, to, isCategory }] of pieces(spec).entries()) {
    const width = to - from
    const columns = new Float32Array(hidden.width * width)
    const pick = (first: number, last: number) => {
      for (let row = first; row < last; row += 1) {
        const start = row * spec.features
        columns.set(kernel.subarray(start + from, start + to), row * width)
      }
    }
    await inBlocks(hidden.width, pick, { width, signal })
    heads.push(
      model.dense(`copy_${copy}_output_${index}`, hidden, {
        weights: columns,
        biases: biases.subarray(from, to),
        width,
        activation: isCategory ? 'softmax' : plain,
      }),
    )
  }
  return model.beside(`copy_${copy}_output`, heads)
}

interface Piece {
  readonly from: number
  readonly to: number
  readonly isCategory: boolean
}

/** All features in order: blocks of categories, and what lies between them. */
function pieces({ features, categories }: ModelSpec): Piece[] {
  const found: Piece[] = []
  let at = 0
  for (const { from, to } of [...categories, { from: features, to: features }]) {
    if (from > at) found.push({ from: at, to: from, isCategory: false })
    if (to > from) found.push({ from, to, isCategory: true })
    at = to
  }
  return found
}

/** Shares of a range back to encoded units, where the loss works on shares. */
function inUnits(model: LayersModel, spec: ModelSpec, output: LayerOutput): LayerOutput {
  const { ranges } = spec
  const isBinary = spec.cellLoss === 'binary-cross-entropy'
  if (!ranges || (!isBinary && spec.categories.length === 0)) return output
  const factors = new Array<number>(spec.features).fill(1)
  const offsets = new Array<number>(spec.features).fill(0)
  for (const { from, to, isCategory } of pieces(spec)) {
    if (!isCategory && !isBinary) continue
    for (let feature = from; feature < to; feature += 1) {
      const low = ranges.low[feature] ?? 0
      // As the engine has it: the extent of a constant feature counts as 1.
      factors[feature] = (ranges.high[feature] ?? low) - low || 1
      offsets[feature] = low
    }
  }
  return model.affine('in_units', output, factors, offsets)
}

/** The context says itself what it is. */
function withContext(
  model: LayersModel,
  { features, context: places }: ModelSpec,
  output: LayerOutput,
  context: LayerOutput | null,
): LayerOutput {
  if (!context) return output
  const judged = Array.from({ length: features }, (_, feature) => (places.includes(feature) ? 0 : 1))
  const weights = new Float32Array(places.length * features)
  for (const [row, feature] of places.entries()) weights[row * features + feature] = 1
  const given = model.dense('context_features', context, {
    weights,
    biases: null,
    width: features,
    activation: 'linear',
  })
  const zeros = judged.map(() => 0)
  return model.sum('with_context', [model.affine('judged', output, judged, zeros), given])
}
