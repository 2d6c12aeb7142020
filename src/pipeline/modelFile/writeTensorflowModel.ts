import { encoderColumnNames, type Feature } from '../features/encoder.ts'
import type { TrainedModel } from '../training/trainedModel.ts'
import { layersNetwork } from './layersNetwork.ts'

/**
 * The network in TensorFlow.js's layers format, for `tf.loadLayersModel`, beside the encoder that makes its rows. Its
 * `predict` gives the reconstruction in encoded units; of a variational model that of the mean code.
 * @returns files by name: model.json, weights.bin, encoder.json, README.txt
 * @throws Failure `bad-request` where layers cannot say what the network does; AbortError
 */
export async function writeTensorflowModel(
  model: TrainedModel,
  name: string,
  signal?: AbortSignal,
): Promise<Record<string, Uint8Array>> {
  const { encoder, spec, state, settings } = model
  const network = await layersNetwork(spec, state.weights, signal)
  const features = encoder.columns.flatMap((column) =>
    column.features.map((feature) => ({ column: column.name, feature: featureName(feature) })),
  )
  const text = new TextEncoder()
  return {
    'model.json': text.encode(network['model.json']),
    'weights.bin': network['weights.bin'],
    'encoder.json': text.encode(
      JSON.stringify({ encoder, features, context: spec.context, settings }, null, 2),
    ),
    'README.txt': text.encode(readme(model, name)),
  }
}

/** What a place of an encoded row means. */
function featureName(feature: Feature): string {
  switch (feature.kind) {
    case 'level':
      return `is "${feature.value}"`
    case 'other-level':
      return 'is another value'
    case 'missing':
      return 'is missing'
    case 'elapsed':
      return 'days since the first moment'
    case 'cycle':
      return `${feature.wave} of the ${feature.period}`
    case 'since-column':
      return `seconds since "${feature.column}"`
    case 'number':
      return 'number'
  }
}

function readme({ encoder, spec, settings }: TrainedModel, name: string): string {
  const inputs =
    spec.context.length > 0
      ? `two inputs: "rows" [rows, ${spec.features}] and "context" [rows, ${spec.context.length}], the features numbered ${spec.context.join(', ')} of the same rows`
      : `one input: "rows" [rows, ${spec.features}]`
  return `${name}: the network of a ${settings.flavour.kind} autoencoder of Residual, for TensorFlow.js

model.json    layers, for tf.loadLayersModel (TensorFlow.js 4 and later)
weights.bin   weights, 32-bit floats
encoder.json  how raw columns become rows of numbers, and what each place of a row means

The network has ${inputs}.
Rows are encoded as encoder.json says; a missing number is 0. Its output is the reconstruction [rows, ${spec.features}],
in the same encoded units.

Encoding a number: z = (value - centre) / spread${
    encoder.softClip
      ? '; where |z| is above 2, sign(z) (2 + log(1 + |z| - 2)) instead.'
      : ', held within a million.'
  }
A level is 1 where the cell has that value and 0 elsewhere, then encoded like a number; so are "other" and "missing".
Date-times count in milliseconds since 1970-01-01 UTC: elapsed is (value - origin) in days, a cycle is the sine or
cosine of the place in the day, week (from Monday), month (by 31 days) or year (by months).
Columns, in order: ${encoderColumnNames(encoder).join(', ')}.

With squared errors, a row's score is the mean of (reconstruction of each copy - row)^2 over its present features, averaged
over the copies. This file averages the reconstructions first, so scores from it differ a little.
For scores exactly as in Residual, with the encoder inside, export the model as ONNX.
`
}
