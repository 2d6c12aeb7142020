import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { z } from 'zod'
import { Failure } from '../../contract/failure.ts'
import { type OnnxParts, readOnnxParts } from '../../engine/onnxReader.ts'
import { DamagedMessage } from '../../engine/protobuf.ts'
import { parseFinalModel } from '../training/trainedModel.ts'
import {
  aboutSchema,
  checksumOf,
  largestFile,
  longestText,
  type ModelFile,
  metadataNames,
  nullableReferenceSchema,
  thresholdSchema,
} from './modelFile.ts'
import { weightsName } from './modelGraph.ts'

/**
 * Opens a model file that Residual wrote. Nothing in it is run: its texts and weights are read and checked, and the
 * network is built anew from them. A model read back scores exactly as the one that was written.
 * @param fileName how messages call the file
 * @throws Failure `unreadable-file` when it is no model, damaged or too large, `disk` when it cannot be read
 */
export async function readModelFile(path: string, fileName: string = basename(path)): Promise<ModelFile> {
  return await parseModelFile(await readModelBytes(path, fileName), fileName)
}

/** The bytes of a file that may be a model. Throws as `readModelFile`. */
export async function readModelBytes(path: string, fileName: string): Promise<Uint8Array> {
  try {
    const found = await stat(path)
    // A pipe or a device may never end.
    if (!found.isFile()) throw refusal(fileName, 'it is not a file')
    if (found.size > largestFile) throw tooLarge(fileName)
    return await readFile(path)
  } catch (thrown) {
    if (thrown instanceof Failure) throw thrown
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new Failure('disk', `The model file "${fileName}" cannot be read: ${reason}.`, { file: fileName })
  }
}

/** As `readModelFile`, from bytes. */
export async function parseModelFile(bytes: Uint8Array, fileName: string): Promise<ModelFile> {
  if (bytes.length > largestFile) throw tooLarge(fileName)
  try {
    return await fileOf(await readOnnxParts(bytes, { initializer: weightsName, longestText }))
  } catch (thrown) {
    if (thrown instanceof DamagedMessage) throw refusal(fileName, thrown.message)
    if (thrown instanceof Failure) throw refusal(fileName, thrown.message.replace(/\.$/, ''))
    throw thrown
  }
}

const refusal = (fileName: string, reason: string) =>
  new Failure(
    'unreadable-file',
    `"${fileName}" cannot be opened as a model: ${reason}. Choose an .onnx file that Residual exported, or export the model again.`,
    { file: fileName },
  )

const tooLarge = (fileName: string) =>
  refusal(fileName, `it is larger than ${largestFile / 2 ** 20} MB, which no model of Residual is`)

async function fileOf({ metadata, values }: OnnxParts): Promise<ModelFile> {
  if (!metadata.has(metadataNames.format))
    throw new DamagedMessage('it is an ONNX file, but not one that Residual wrote')
  const about = checked(aboutSchema, Object.fromEntries(metadata), 'its description')
  if (about[metadataNames.checksum] !== (await checksumOf(metadata, values)))
    throw new DamagedMessage('it was damaged on its way, its checksum does not fit')
  return {
    model: await parseFinalModel(about[metadataNames.model], values),
    threshold: checked(thresholdSchema, json(about[metadataNames.threshold]), 'its threshold'),
    name: about[metadataNames.name],
    trainedAt: about[metadataNames.trainedAt],
    writtenBy: about[metadataNames.writtenBy],
    trainingHash: about[metadataNames.trainingHash],
    reference: checked(nullableReferenceSchema, json(about[metadataNames.reference]), 'its reference'),
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new DamagedMessage('a text in it is not JSON')
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue ? ` (${issue.path.join('.').slice(0, 200)}: ${issue.message.slice(0, 200)})` : ''
  throw new DamagedMessage(`${what} is damaged${where}`)
}
