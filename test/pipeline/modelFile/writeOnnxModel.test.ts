import { randomInt } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { openEngine } from '../../../src/engine/engines.ts'
import { encodeTable } from '../../../src/pipeline/features/encode.ts'
import type { ModelFile } from '../../../src/pipeline/modelFile/modelFile.ts'
import { writeOnnxModel } from '../../../src/pipeline/modelFile/writeOnnxModel.ts'
import { openScorer } from '../../../src/pipeline/scoring/scorer.ts'
import { fileInputs, largestError, runFile, someRows } from '../../support/scoreFile.ts'
import { flavours, mixedTable, trainedFile } from './trained.ts'

const seed = randomInt(2 ** 31)
const table = mixedTable(1000, seed)

describe(`a model file (seed ${seed})`, () => {
  let file: ModelFile & { readonly scores: Float32Array }
  let bytes: Uint8Array
  beforeAll(async () => {
    file = await trainedFile(table)
    bytes = writeOnnxModel(file)
  })

  it('turns raw columns into the scores, flags and shares of Residual', async () => {
    const results = await runFile(bytes, await fileInputs(table, file.model.encoder))
    expect(largestError(results.score, file.scores)).toBeLessThan(1e-5)
    expect(results.flag).toEqual(
      Uint8Array.from(results.score, (score) => Number(score >= file.threshold.cut)),
    )
    const matrix = await encodeTable({
      table,
      encoder: file.model.encoder,
      signal: new AbortController().signal,
    })
    const scorer = await openScorer({ engine: await openEngine('onnx'), model: file.model })
    const judged = await scorer.judge(matrix)
    await scorer.close()
    expect(largestError(results.shares, judged.shares, 1e-3)).toBeLessThan(1e-4)
    const columns = file.model.encoder.columns.length
    for (const [row, score] of results.score.entries()) {
      const sum = results.shares.subarray(row * columns, (row + 1) * columns).reduce((a, b) => a + b, 0)
      expect(Math.abs(sum - score)).toBeLessThan(1e-5 * score + 1e-7)
    }
  })

  it.each([1, 2, 7, 1000])('takes %i rows at a time', async (rows) => {
    const inputs = await fileInputs(table, file.model.encoder)
    const results = await runFile(bytes, someRows(inputs, 0, rows))
    expect(largestError(results.score, file.scores.subarray(0, rows))).toBeLessThan(1e-5)
  })
})

describe(`a model file of every flavour (seed ${seed})`, () => {
  const small = mixedTable(200, seed + 1)

  it.each(Object.entries(flavours))('%s', async (_, settings) => {
    const file = await trainedFile(small, settings)
    const results = await runFile(writeOnnxModel(file), await fileInputs(small, file.model.encoder))
    expect(largestError(results.score, file.scores)).toBeLessThan(1e-5)
  })
})
