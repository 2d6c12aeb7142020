import { copyInBlocks } from './blocks.ts'
import { DamagedMessage, type ReadField, readMessage } from './protobuf.ts'

/** The parts of an .onnx file that are data: its texts and one named initializer. Its graph is never run. */
export interface OnnxParts {
  readonly metadata: ReadonlyMap<string, string>
  /** A copy. */
  readonly values: Float32Array
}

/** More parts than any file of ours has: a graph for tens of thousands of columns, for example. */
const mostFields = 1_000_000

// Numbers of onnx.proto.
const modelProto = { graph: 7, metadata: 14 }
const graphProto = { initializer: 5 }
const tensorProto = { dims: 1, dataType: 2, name: 8, rawData: 9, externalData: 13, dataLocation: 14 }
const float32 = 1n

/**
 * Reads the metadata and the one-dimensional float initializer called `initializer`.
 * @param longestText bytes of all texts together
 * @throws DamagedMessage, saying what is wrong
 */
export async function readOnnxParts(
  file: Uint8Array,
  { initializer, longestText }: { readonly initializer: string; readonly longestText: number },
): Promise<OnnxParts> {
  const budget = { fields: mostFields }
  const model = readMessage(file, budget)
  const entries = partsOf(model, modelProto.metadata)
  if (entries.reduce((sum, entry) => sum + entry.length, 0) > longestText)
    throw new DamagedMessage('its description is too long')
  const metadata = new Map<string, string>()
  for (const entry of entries) {
    const fields = readMessage(entry, budget)
    const [name, value] = [textOf(fields, 1), textOf(fields, 2)]
    if (metadata.has(name)) throw new DamagedMessage(`it says "${name.slice(0, 100)}" twice`)
    metadata.set(name, value)
  }
  const graph = readMessage(only(partsOf(model, modelProto.graph), 'graph'), budget)
  const tensors = partsOf(graph, graphProto.initializer)
    .map((bytes) => readMessage(bytes, budget))
    .filter((tensor) => partsOf(tensor, tensorProto.name).some((name) => decoded(name) === initializer))
  return { metadata, values: await floatsOf(only(tensors, 'list of weights')) }
}

async function floatsOf(tensor: readonly ReadField[]): Promise<Float32Array> {
  const external =
    partsOf(tensor, tensorProto.externalData).length > 0 || numberOf(tensor, tensorProto.dataLocation) > 0n
  if (external) throw new DamagedMessage('its weights lie in another file')
  if (numberOf(tensor, tensorProto.dataType) !== float32)
    throw new DamagedMessage('its weights are not 32-bit numbers')
  const raw = only(partsOf(tensor, tensorProto.rawData), 'list of weights')
  const length = numberOf(tensor, tensorProto.dims)
  if (BigInt(raw.length) !== length * 4n)
    throw new DamagedMessage('its weights are not as many as they should be')
  // Copied, so that the numbers are aligned and the file's bytes can be let go.
  const values = new Float32Array(raw.length / 4)
  await copyInBlocks(new Uint8Array(values.buffer), raw)
  return values
}

const partsOf = (fields: readonly ReadField[], number: number): Uint8Array[] =>
  fields.flatMap((one) => (one.field === number && one.kind === 'bytes' ? [one.bytes] : []))

const numberOf = (fields: readonly ReadField[], number: number): bigint => {
  const found = fields.filter((one) => one.field === number)
  if (found.length > 1) throw new DamagedMessage('its weights have more than one length or type')
  return found[0]?.kind === 'number' ? found[0].int : 0n
}

const textOf = (fields: readonly ReadField[], number: number): string =>
  decoded(only(partsOf(fields, number), 'text'))

function only<T>(found: readonly T[], what: string): T {
  const [first] = found
  if (first === undefined || found.length > 1)
    throw new DamagedMessage(`it has ${found.length === 0 ? 'no' : 'more than one'} ${what}`)
  return first
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new DamagedMessage('a text in it is not UTF-8')
  }
}
