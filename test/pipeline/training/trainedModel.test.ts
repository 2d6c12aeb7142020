import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openEngine } from '../../../src/engine/engines.ts'
import { encodeTable } from '../../../src/pipeline/features/encode.ts'
import { openScorer } from '../../../src/pipeline/scoring/scorer.ts'
import { trainModel } from '../../../src/pipeline/training/train.ts'
import { parseModel, serialiseModel } from '../../../src/pipeline/training/trainedModel.ts'
import { arrayTable } from '../../support/arrayTable.ts'
import { constantEngine } from '../../support/constantEngine.ts'
import { never, prepared } from './prepared.ts'

async function trained() {
  const { model } = await trainModel({
    ...(await prepared(50)),
    engine: constantEngine({ level: 0.25 }),
    signal: never,
  })
  return model
}

describe('a saved model', () => {
  it('comes back as it was', async () => {
    const model = await trained()
    expect(await parseModel(await serialiseModel(model))).toEqual(model)
  })

  it('is refused when its parts are damaged or do not belong together', async () => {
    const { json, numbers } = await serialiseModel(await trained())
    const damaged: [string, { json: string; numbers: Float32Array }][] = [
      ['cut off', { json: json.slice(0, -5), numbers }],
      ['empty', { json: '{}', numbers }],
      ['features', { json: json.replace('"features":1', '"features":2'), numbers }],
      ['activation', { json: json.replace('"silu"', '"relu"'), numbers }],
      ['extra field', { json: json.replace('"seed":1', '"seed":1,"extra":1'), numbers }],
      ['version', { json: json.replace('"version":2', '"version":3'), numbers }],
      ['code layer', { json: json.replace('"codeLayer":1', '"codeLayer":3'), numbers }],
      ['scales', { json: json.replace('"initialScales":[1,', '"initialScales":['), numbers }],
      ['context', { json: json.replace('"context":[]', '"context":[1]'), numbers }],
      ['categories', { json: json.replace('"categories":[]', '"categories":[{"from":0,"to":2}]'), numbers }],
      ['ranges', { json: json.replace('"ranges":null', '"ranges":{"low":[1],"high":[1]}'), numbers }],
      ['size', { json: json.replace('"layers":[64,2,64]', '"layers":[64,2000000000,64]'), numbers }],
      ['too short', { json, numbers: numbers.subarray(1) }],
      ['too long', { json, numbers: new Float32Array((numbers.length / 3) * 4) }],
      ['not a number', { json, numbers: numbers.with(7, Number.NaN) }],
    ]
    for (const [what, parts] of damaged) {
      expect(parts.json !== json || parts.numbers !== numbers, what).toBe(true)
      await expect(parseModel(parts), what).rejects.toMatchObject({ code: 'bad-request' })
    }
  })

  it('of the first version opens, and scores as it did then', async () => {
    const file = readFileSync(new URL('fixtures/version1.json', import.meta.url), 'utf8')
    const { model: json, numbers, scores } = JSON.parse(file)
    const model = await parseModel({ json: JSON.stringify(json), numbers: Float32Array.from(numbers) })
    expect(model.settings).toMatchObject({
      flavour: { kind: 'denoising' },
      loss: 'squared',
      softClip: true,
      decoder: null,
      earlyStopping: null,
    })
    expect(model.spec).toMatchObject({ codeLayer: 1, code: { kind: 'plain' }, context: [], ranges: null })
    expect([model.encoder.softClip, model.unfinished]).toEqual([true, null])
    // The rows that it was trained on then.
    const rows = Array.from({ length: 24 }, (_, row) => row)
    const table = arrayTable([
      { name: 'load', cells: rows.map((row) => (row === 5 ? null : Math.round(Math.sin(row) * 100) / 10)) },
      { name: 'heat', cells: rows.map((row) => (row === 9 ? 90 : Math.round(Math.sin(row) * 200) / 10)) },
      { name: 'state', cells: rows.map((row) => (Math.sin(row) > 0 ? 'high' : 'low')) },
    ])
    const matrix = await encodeTable({ table, encoder: model.encoder, signal: never })
    const scorer = await openScorer({ engine: await openEngine('onnx'), model })
    const now = (await scorer.scoreMatrix(matrix)).scores
    await scorer.close()
    for (const [row, score] of scores.entries())
      expect(Math.abs((now[row] ?? 0) / score - 1)).toBeLessThan(1e-5)
  })
})
