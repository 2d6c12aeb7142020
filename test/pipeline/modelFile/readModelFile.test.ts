import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Failure } from '../../../src/contract/failure.ts'
import { openEngine } from '../../../src/engine/engines.ts'
import { onnxFile } from '../../../src/engine/onnxFile.ts'
import { readOnnxParts } from '../../../src/engine/onnxReader.ts'
import { encodeMessage } from '../../../src/engine/protobuf.ts'
import { encodeTable } from '../../../src/pipeline/features/encode.ts'
import {
  checksumOf,
  largestFile,
  longestText,
  type ModelFile,
  metadataNames,
  trainingHash,
} from '../../../src/pipeline/modelFile/modelFile.ts'
import { modelGraph, weightsName } from '../../../src/pipeline/modelFile/modelGraph.ts'
import { parseModelFile, readModelFile } from '../../../src/pipeline/modelFile/readModelFile.ts'
import { writeOnnxModel } from '../../../src/pipeline/modelFile/writeOnnxModel.ts'
import { openScorer } from '../../../src/pipeline/scoring/scorer.ts'
import type { TrainedModel } from '../../../src/pipeline/training/trainedModel.ts'
import { mixedTable, trainedFile } from './trained.ts'

const seed = randomInt(2 ** 31)
const table = mixedTable(300, seed)
const folder = mkdtempSync(join(tmpdir(), 'residual-model-'))
afterAll(() => rmSync(folder, { recursive: true }))

let file: ModelFile
let bytes: Uint8Array
beforeAll(async () => {
  const { scores: _, ...trained } = await trainedFile(table)
  file = trained
  bytes = await writeOnnxModel(file)
})

async function scoresOf(model: TrainedModel): Promise<Float32Array> {
  const { signal } = new AbortController()
  const matrix = await encodeTable({ table, encoder: model.encoder, signal })
  const scorer = await openScorer({ engine: await openEngine('onnx'), model })
  const { scores } = await scorer.scoreMatrix(matrix)
  await scorer.close()
  return scores
}

/** What opening these bytes says; anything but a Failure about the file is a bug. */
async function refusalOf(damaged: Uint8Array): Promise<string> {
  try {
    await parseModelFile(damaged, 'my model.onnx')
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    expect(thrown.code).toBe('unreadable-file')
    expect(thrown.message).toContain('my model.onnx')
    return thrown.message
  }
  return 'opened'
}

/** The same file with other texts or weights, and a checksum that fits them. */
async function rewritten(change: {
  texts?: Record<string, string>
  weights?: Float32Array
}): Promise<Uint8Array> {
  const { metadata } = await readOnnxParts(bytes, { initializer: weightsName, longestText })
  const weights = change.weights ?? file.model.state.weights
  const texts = new Map([...metadata, ...Object.entries(change.texts ?? {})])
  texts.set(metadataNames.checksum, await checksumOf(texts, weights))
  const graph = modelGraph(file.model, file.threshold.cut)
  const inputs = (node: (typeof graph.nodes)[number]) =>
    node.inputs.map((value) =>
      value.name === weightsName ? { ...value, shape: [weights.length], constant: weights } : value,
    )
  return onnxFile(
    { ...graph, nodes: graph.nodes.map((node) => ({ ...node, inputs: inputs(node) })) },
    { version: '0.1.0', description: '', metadata: Object.fromEntries(texts) },
  )
}

describe(`a model file read back (seed ${seed})`, () => {
  it('is what was written, and scores bit for bit the same', async () => {
    const path = join(folder, 'a model.onnx')
    writeFileSync(path, bytes)
    const read = await readModelFile(path)
    const zeros = new Float32Array(file.model.state.weights.length)
    const state = { ...file.model.state, firstMoment: zeros, secondMoment: zeros }
    expect(read).toEqual({ ...file, model: { ...file.model, state, unfinished: null } })
    expect(await scoresOf(read.model)).toEqual(await scoresOf(file.model))
    expect(await parseModelFile(await writeOnnxModel(read), 'again')).toEqual(read)
  })

  it('is refused when it is missing, no model, another ONNX file, or too large', async () => {
    await expect(readModelFile(join(folder, 'none.onnx'))).rejects.toMatchObject({ code: 'disk' })
    expect(await refusalOf(new TextEncoder().encode('a,b\n1,2\n'))).toMatch(/cannot be opened as a model/)
    expect(await refusalOf(new Uint8Array(0))).toMatch(/no graph/)
    const x = { name: 'x', dtype: 'float32' as const, shape: [1] }
    const y = { ...x, name: 'y' }
    const weights = { ...x, name: weightsName, constant: Float32Array.of(1) }
    const add = { operation: 'Add', domain: '' as const, inputs: [x, weights], outputs: [y], attributes: {} }
    const foreign = onnxFile({ name: 'other', inputs: [x], nodes: [add], outputs: [y] })
    expect(await refusalOf(foreign)).toMatch(/not one that Residual wrote/)
    const huge = join(folder, 'huge.onnx')
    writeFileSync(huge, '')
    truncateSync(huge, largestFile + 1)
    await expect(readModelFile(huge)).rejects.toMatchObject({ code: 'unreadable-file' })
  })

  it.skipIf(process.platform === 'win32')('is refused when it is no file, and might never end', async () => {
    const pipe = join(folder, 'pipe.onnx')
    execFileSync('mkfifo', [pipe])
    for (const endless of [pipe, '/dev/zero', folder])
      await expect(readModelFile(endless)).rejects.toMatchObject({ code: 'unreadable-file' })
  })

  it('is refused when it lost its end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (length) => {
        expect(await refusalOf(bytes.subarray(0, length))).not.toBe('opened')
      }),
    )
  })

  it('never does anything but open or be refused, whatever bytes change', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        async (changes) => {
          const damaged = bytes.slice()
          for (const [at, byte] of changes) damaged[at] = byte
          await refusalOf(damaged)
        },
      ),
      { numRuns: 1000 },
    )
    const noises = fc.uint8Array({ maxLength: 200 })
    await fc.assert(fc.asyncProperty(noises, async (noise) => (await refusalOf(noise)) !== 'opened'))
  })

  it('is refused when a weight changed on its way', async () => {
    const damaged = bytes.slice()
    const { weights } = file.model.state
    const at = Buffer.from(bytes).indexOf(Buffer.from(weights.buffer, weights.byteOffset, weights.byteLength))
    expect(at).toBeGreaterThan(0)
    damaged[at] = (damaged[at] ?? 0) ^ 1
    expect(await refusalOf(damaged)).toMatch(/checksum/)
  })

  it('is refused when its parts do not fit each other, although the checksum does', async () => {
    const withPart = async (part: string, changes: object) => {
      const model = await modelText()
      const changed = { ...model, [part]: { ...(model[part] as object), ...changes } }
      return refusalOf(await rewritten({ texts: { [metadataNames.model]: JSON.stringify(changed) } }))
    }
    expect(await refusalOf(await rewritten({}))).toBe('opened')
    const { weights } = file.model.state
    expect(await refusalOf(await rewritten({ weights: weights.slice(1) }))).toMatch(
      /weights where its network needs/,
    )
    expect(await refusalOf(await rewritten({ weights: weights.with(3, Number.NaN) }))).toMatch(/not a number/)
    expect(await withPart('spec', { copies: 2 ** 40 })).toMatch(/"copies" of its network/)
    expect(await withPart('spec', { layers: [12] })).toMatch(/damaged/)
    expect(await withPart('spec', { unknown: 1 })).toMatch(/damaged/)
    expect(await withPart('spec', { features: 'many' })).toMatch(/damaged/)
    expect(await withPart('encoder', { columns: [] })).toMatch(/damaged/)
    const [first] = file.model.encoder.columns
    expect(await withPart('encoder', { columns: [first] })).toMatch(/differ in features/)
    const variational = { kind: 'variational', beta: 1, warmUpShare: 0, score: 'elbo', samples: 1e12 }
    expect(await withPart('spec', { code: variational })).toMatch(/"code" of its network/)
    expect(await withPart('spec', { inputDivisor: 1e-300 })).toMatch(/"inputDivisor" of its network/)
    expect(await withPart('spec', { ranges: file.model.spec.ranges ? null : everyRange() })).toMatch(/ranges/)
  })

  it('is refused when settings and network agree on what no training may be', async () => {
    const both = async (settings: object, spec: object) => {
      const model = await modelText()
      const changed = {
        ...model,
        settings: { ...(model.settings as object), ...settings },
        spec: { ...(model.spec as object), ...spec },
      }
      return refusalOf(await rewritten({ texts: { [metadataNames.model]: JSON.stringify(changed) } }))
    }
    // Small enough to be read in no time, and it would never be scored.
    expect(await both({ copies: 3000 }, { copies: 3000 })).toMatch(/"copies" is 3000/)
    expect(await both({ hidden: [2 ** 31] }, { layers: [2 ** 31, 2, 2 ** 31] })).toMatch(/hidden/)
    const flavour = { kind: 'variational', beta: 1, warmUpShare: 0, score: 'elbo', samples: 1e12 }
    expect(await both({ flavour }, { code: flavour })).toMatch(/samples/)
    const loss = 'binary-cross-entropy'
    expect(await both({ loss }, { cellLoss: loss, ranges: null })).toMatch(/ranges/)
    const { low, high } = everyRange()
    expect(await both({ loss }, { cellLoss: loss, ranges: { low, high } })).toBe('opened')
    expect(await both({ loss }, { cellLoss: loss, ranges: { low, high: high.with(0, 1e300) } })).toMatch(
      /ranges/,
    )
    expect(await both({ categoryLoss: 'softmax' }, {})).toMatch(/"categories" of its network/)
  })

  it('is refused when its texts are hostile', async () => {
    const text = async (name: string, value: string) =>
      refusalOf(await rewritten({ texts: { [name]: value } }))
    expect(await text(metadataNames.model, '{"__proto__":{"polluted":true}}')).toMatch(/damaged/)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect(await text(metadataNames.model, '['.repeat(1_000_000))).toMatch(/JSON/)
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(await text(metadataNames.model, deep)).toMatch(/damaged/)
    expect(
      await text(metadataNames.threshold, '{"rule":"otsu","value":null,"cut":null,"flagged":1}'),
    ).toMatch(/threshold/)
    expect(await text(metadataNames.reference, '{}')).toMatch(/reference/)
    expect(await text(metadataNames.trainingHash, 'short')).toMatch(/damaged/)
    expect(await text('anything', 'x'.repeat(longestText + 1))).toMatch(/too long/)
  })

  it('is refused when its container is hostile', async () => {
    const metadata = (name: string, text: string) => ({
      field: 14,
      message: [
        { field: 1, text: name },
        { field: 2, text },
      ],
    })
    const tensor = (fields: Parameters<typeof encodeMessage>[0]) =>
      encodeMessage([
        {
          field: 7,
          message: [
            { field: 5, message: [{ field: 8, text: weightsName }, { field: 2, int: 1 }, ...fields] },
          ],
        },
        metadata(metadataNames.format, '1'),
      ])
    expect(await refusalOf(tensor([{ field: 13, text: '/etc/passwd' }]))).toMatch(/another file/)
    expect(await refusalOf(tensor([{ field: 14, int: 1 }]))).toMatch(/another file/)
    expect(
      await refusalOf(
        tensor([
          { field: 1, int: 2 ** 40 },
          { field: 9, bytes: new Uint8Array(4) },
        ]),
      ),
    ).toMatch(/not as many/)
    expect(await refusalOf(encodeMessage([metadata('a', '1'), metadata('a', '2')]))).toMatch(/twice/)
    expect(await refusalOf(new Uint8Array(4_000_000).fill(0x08))).toMatch(/too many parts/)
    // A length of almost 2^64.
    expect(await refusalOf(Uint8Array.from([0x3a, ...new Array(9).fill(0xff), 1]))).toMatch(
      /longer than the file/,
    )
  })
})

const modelText = async (): Promise<Record<string, unknown>> => {
  const { metadata } = await readOnnxParts(bytes, { initializer: weightsName, longestText })
  return JSON.parse(metadata.get(metadataNames.model) ?? '')
}

const everyRange = () => {
  const { features } = file.model.spec
  return { low: new Array<number>(features).fill(-1), high: new Array<number>(features).fill(1) }
}

describe('the training hash', () => {
  it('depends on data, settings and weights, and not on the order of the settings', async () => {
    const { settings, state } = file.model
    const training = { dataHash: 'a', settings, weights: state.weights }
    const hash = await trainingHash(training)
    const turned = Object.fromEntries(Object.entries(settings).reverse()) as unknown as typeof settings
    expect(await trainingHash({ ...training, settings: turned })).toBe(hash)
    const others = [
      { ...training, dataHash: 'b' },
      { ...training, settings: { ...settings, seed: settings.seed + 1 } },
      { ...training, weights: state.weights.with(0, 42) },
    ].map(trainingHash)
    expect(new Set([hash, ...(await Promise.all(others))]).size).toBe(4)
  })
})
