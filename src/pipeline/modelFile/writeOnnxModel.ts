import { Failure } from '../../contract/failure.ts'
import { joined } from '../../engine/blocks.ts'
import { onnxFileParts } from '../../engine/onnxFile.ts'
import { describeModel } from '../training/trainedModel.ts'
import { readsNumbers } from './encoderGraph.ts'
import {
  checksumOf,
  formatVersion,
  largestFile,
  longestText,
  type ModelFile,
  metadataNames,
} from './modelFile.ts'
import { modelGraph, modelInputs } from './modelGraph.ts'

/**
 * Bytes of one .onnx file that turns raw columns into `score`, `flag` and `shares` in any ONNX runtime, and that
 * `readModelFile` reads back. It holds data only: standard operations, weights and texts.
 * @throws Failure `bad-request` when the model is too large for a file; AbortError
 */
export async function writeOnnxModel(file: ModelFile, signal?: AbortSignal): Promise<Uint8Array> {
  const { model, threshold } = file
  const { weights } = model.state
  const metadata = new Map<string, string>([
    [metadataNames.format, formatVersion],
    [metadataNames.name, file.name],
    [metadataNames.trainedAt, file.trainedAt],
    [metadataNames.writtenBy, file.writtenBy],
    [metadataNames.trainingHash, file.trainingHash],
    [metadataNames.columns, JSON.stringify(describedColumns(file))],
    [metadataNames.threshold, JSON.stringify(threshold)],
    [metadataNames.reference, JSON.stringify(file.reference)],
    [metadataNames.model, describeModel({ ...model, unfinished: null })],
  ])
  metadata.set(metadataNames.checksum, await checksumOf(metadata, weights, signal))
  const texts = [...metadata.values()].reduce((sum, one) => sum + Buffer.byteLength(one), 0)
  const parts = onnxFileParts(modelGraph(model, threshold.cut), {
    version: file.writtenBy,
    description: descriptionOf(file),
    metadata: Object.fromEntries(metadata),
  })
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  if (texts > longestText || size > largestFile) {
    throw new Failure(
      'bad-request',
      `The model "${file.name}" is too large for a file: ${inMegabytes(size)} MB, at most ${inMegabytes(largestFile)} MB are possible. Train with fewer copies, smaller layers or fewer columns.`,
    )
  }
  return joined(parts, signal)
}

const inMegabytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20)

function descriptionOf({ name, model, trainedAt, writtenBy, threshold }: ModelFile): string {
  const { encoder, settings, rows } = model
  return [
    `${name}: a model of Residual ${writtenBy} (${settings.flavour.kind} autoencoder), trained on ${rows} rows at ${trainedAt}.`,
    `It takes ${encoder.columns.length} raw columns, each [rows, 1], and gives each row a score; the higher, the stranger. Rows from ${threshold.cut} on are flagged.`,
  ].join('\n')
}

/** What people and other programs need to know to feed the inputs. */
function describedColumns({ model }: ModelFile) {
  return modelInputs(model.encoder).map(({ column, name }) => ({
    name: column.name,
    input: name,
    type: column.type,
    reads: readsNumbers(column)
      ? column.type === 'date-time'
        ? 'milliseconds since 1970-01-01 UTC as double, NaN where missing'
        : 'double, NaN where missing'
      : 'string, empty where missing',
  }))
}
