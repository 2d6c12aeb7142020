import { randomInt } from 'node:crypto'
import { expect, it } from 'vitest'
import { writeOnnxModel } from '../../../src/pipeline/modelFile/writeOnnxModel.ts'
import { missingInPython, runInPython } from '../../support/pythonScore.ts'
import { fileInputs, largestError } from '../../support/scoreFile.ts'
import { mixedTable, trainedFile } from './trained.ts'

const missing = missingInPython()
if (missing !== null) console.warn(`MODEL FILES ARE NOT CHECKED IN PYTHON: ${missing}`)

it.skipIf(missing !== null)('a model file passes onnx.checker and scores the same in Python', async () => {
  const seed = randomInt(2 ** 31)
  const table = mixedTable(500, seed)
  const file = await trainedFile(table)
  const results = runInPython(await writeOnnxModel(file), await fileInputs(table, file.model.encoder))
  expect({ seed, same: largestError(results.score, file.scores) < 1e-5 }).toEqual({ seed, same: true })
  expect(results.flag).toEqual(Uint8Array.from(file.scores, (score) => Number(score >= file.threshold.cut)))
})
