import { randomInt } from 'node:crypto'
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { loadLayersModel } from '@tensorflow/tfjs-layers'
import { unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import type { ModelSpec } from '../../../src/engine/engine.ts'
import { openEngine } from '../../../src/engine/engines.ts'
import { encodeTable } from '../../../src/pipeline/features/encode.ts'
import { writeTensorflowModel } from '../../../src/pipeline/modelFile/writeTensorflowModel.ts'
import { zipFiles } from '../../../src/pipeline/modelFile/zipFiles.ts'
import { largestError } from '../../support/scoreFile.ts'
import { flavours, mixedTable, trainedFile } from './trained.ts'

const seed = randomInt(2 ** 31)
const table = mixedTable(60, seed)

async function predicted(
  files: Record<string, Uint8Array>,
  rows: tf.Tensor2D,
  context: readonly number[],
): Promise<Float32Array> {
  const { modelTopology, weightsManifest } = JSON.parse(Buffer.from(files['model.json'] ?? []).toString())
  const weights = files['weights.bin'] ?? new Uint8Array(0)
  const model = await loadLayersModel({
    load: async () => ({
      modelTopology,
      weightSpecs: weightsManifest[0].weights,
      weightData: new Uint8Array(weights).buffer,
    }),
  })
  const inputs = context.length > 0 ? [rows, tf.gather(rows, [...context], 1)] : rows
  const output = model.predict(inputs) as tf.Tensor
  const values = await output.data<'float32'>()
  model.dispose()
  return values
}

describe(`the layers of a model (seed ${seed})`, () => {
  it.each(Object.entries(flavours))('reconstruct as Residual does: %s', async (_, settings) => {
    await tf.setBackend('cpu')
    const { model } = await trainedFile(table, settings)
    // Layers have the mean path of a variational model.
    const { code } = model.spec
    const spec: ModelSpec =
      code.kind === 'variational' ? { ...model.spec, code: { ...code, score: 'reconstruction' } } : model.spec
    const matrix = await encodeTable({ table, encoder: model.encoder, signal: new AbortController().signal })
    const session = await (await openEngine('onnx')).open(
      { ...spec, hasMissing: true, batchRows: 1 },
      matrix,
      model.state,
    )
    const { reconstruction } = await session.score(matrix)
    await session.close()
    const files = unzipSync(await zipFiles(await writeTensorflowModel(model, 'a model'), new Date()))
    expect(Object.keys(files)).toEqual(['model.json', 'weights.bin', 'encoder.json', 'README.txt'])
    const present = matrix.values.map((value) => (Number.isNaN(value) ? 0 : value))
    const rows = tf.tensor2d(present, [matrix.rows, matrix.columns])
    const values = await predicted(files, rows, spec.context)
    expect(largestError(values, reconstruction, 1)).toBeLessThan(1e-5)
    expect(JSON.parse(Buffer.from(files['encoder.json'] ?? []).toString())).toMatchObject({
      encoder: model.encoder,
    })
  })
})
