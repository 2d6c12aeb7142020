import { randomInt } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { openEngine } from '../../../src/engine/engines.ts'
import { seededRandom } from '../../../src/engine/random.ts'
import { encodeTable } from '../../../src/pipeline/features/encode.ts'
import type { ModelFile } from '../../../src/pipeline/modelFile/modelFile.ts'
import { modelInputs } from '../../../src/pipeline/modelFile/modelGraph.ts'
import { writeOnnxModel } from '../../../src/pipeline/modelFile/writeOnnxModel.ts'
import { openScorer } from '../../../src/pipeline/scoring/scorer.ts'
import { applyRule } from '../../../src/pipeline/threshold/apply.ts'
import type { TrainedModel } from '../../../src/pipeline/training/trainedModel.ts'
import { type ArrayColumn, arrayTable } from '../../support/arrayTable.ts'
import { fileInputs, largestError, runFile, someRows } from '../../support/scoreFile.ts'
import { flavours, mixedTable, trainedFile } from './trained.ts'

const seed = randomInt(2 ** 31)
const table = mixedTable(1000, seed)

const flagged = (flags: Uint8Array) => flags.reduce((sum, flag) => sum + flag, 0)

/** What the scorer says of the table when it is given a few rows at a time. */
async function scoresInWindows(model: TrainedModel, rows: number): Promise<number[]> {
  const { signal } = new AbortController()
  const { columns, values, ...matrix } = await encodeTable({ table, encoder: model.encoder, signal })
  const scorer = await openScorer({ engine: await openEngine('onnx'), model })
  const scores: number[] = []
  for (let from = 0; from < matrix.rows; from += rows) {
    const part = values.slice(from * columns, (from + rows) * columns)
    scores.push(...(await scorer.scoreMatrix({ rows: part.length / columns, columns, values: part })).scores)
  }
  await scorer.close()
  return scores
}

describe(`a model file (seed ${seed})`, () => {
  let file: ModelFile & { readonly scores: Float32Array }
  let bytes: Uint8Array
  beforeAll(async () => {
    file = await trainedFile(table)
    bytes = await writeOnnxModel(file)
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

  it('flags the rows that the run flags, whatever the rank of the cut and however few rows it is given', async () => {
    const inputs = await fileInputs(table, file.model.encoder)
    const sorted = file.scores.toSorted().reverse()
    const random = seededRandom(seed, 'ranks')
    for (let turn = 0; turn < 10; turn++) {
      let rank = 1 + random.integer(900)
      // Rows that only the last digits tell apart may be flagged either way.
      const gap = () => 1 - (sorted[rank] ?? 0) / (sorted[rank - 1] ?? 1)
      while (gap() < 1e-4) rank++
      const threshold = applyRule(sorted, { rule: 'top-k', value: rank })
      const expected = Uint8Array.from(file.scores, (score) => Number(score >= threshold.cut))
      const { flag } = await runFile(await writeOnnxModel({ ...file, threshold }), inputs)
      expect({ rank, flagged: flagged(flag) }).toEqual({ rank, flagged: threshold.flagged })
      expect(flag).toEqual(expected)
      const windows = await scoresInWindows(file.model, 50)
      expect(Uint8Array.from(windows, (score) => Number(score >= threshold.cut))).toEqual(expected)
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
    const results = await runFile(await writeOnnxModel(file), await fileInputs(small, file.model.encoder))
    expect(largestError(results.score, file.scores)).toBeLessThan(1e-5)
  })
})

describe('the encoder in a model file', () => {
  /** What a file made from some columns says of new rows, and what Residual says of them. */
  async function both(columns: readonly ArrayColumn[], rows: readonly ArrayColumn[]) {
    const { model, ...file } = await trainedFile(arrayTable(columns))
    const fresh = arrayTable(rows)
    const found = await runFile(
      await writeOnnxModel({ model, ...file }),
      await fileInputs(fresh, model.encoder),
    )
    const { signal } = new AbortController()
    const matrix = await encodeTable({ table: fresh, encoder: model.encoder, signal })
    const scorer = await openScorer({ engine: await openEngine('onnx'), model })
    const { scores } = await scorer.scoreMatrix(matrix)
    await scorer.close()
    return { found: found.score, expected: scores, inputs: modelInputs(model.encoder) }
  }
  const repeated = <T>(values: readonly T[]) =>
    Array.from({ length: 60 }, (_, row) => values[row % values.length] as T)

  it('reads numbers however large, small, missing or infinite they are', async () => {
    const name = 'x'
    const extremes = [1.7e308, -1.7e308, 5e-324, 0, -0, Number.NaN, Number.POSITIVE_INFINITY, -4.5]
    const { found, expected } = await both(
      [{ name, cells: Array.from({ length: 60 }, (_, row) => (row % 9 === 0 ? null : row / 7 - 3)) }],
      [{ name, cells: extremes }],
    )
    expect(largestError(found, expected)).toBeLessThan(1e-5)
  })

  it('reads texts: known, unseen, missing, and with letters of every script', async () => {
    const name = 'wort'
    const known = ['a', 'ü', '数据', '👩‍🔬', 'line\nbreak']
    const { found, expected } = await both(
      [{ name, cells: repeated([...known, null]) }],
      [{ name, cells: [...known, 'never seen', '__proto__', null, ' a'] }],
    )
    expect(largestError(found, expected)).toBeLessThan(1e-5)
  })

  it('reads moments of any year, leap days and before 1970 among them', async () => {
    const name = 'when'
    const days = (from: number) => repeated(Array.from({ length: 60 }, (_, day) => from + day * 1.1e8 * 13))
    const special = [
      '1969-12-31T23:59:59.999Z',
      '1970-01-01',
      '2000-02-29T12:00Z',
      '1900-03-01',
      '2100-02-28',
    ]
    const seedOfMoments = randomInt(2 ** 31)
    const random = seededRandom(seedOfMoments, 'moments')
    const anywhere = Array.from({ length: 300 }, () => Math.floor((random.uniform() - 0.5) * 2 * 8.64e15))
    const moments = [...special.map((text) => Date.parse(text)), 8.64e15, -8.64e15, 8.65e15, ...anywhere]
    const { found, expected } = await both(
      [{ name, type: 'date-time', cells: days(Date.UTC(2019, 10, 3)) }],
      [{ name, type: 'date-time', cells: [...moments, null] }],
    )
    expect({ seedOfMoments, same: largestError(found, expected) < 1e-5 }).toEqual({
      seedOfMoments,
      same: true,
    })
  })

  it('takes columns whose names are those of results, of parts of the file, or empty', async () => {
    const names = ['score', 'shares', 'residual/weights', 'residual/1', '', 'a b "c"', 'column score']
    const columns = names.map((name, column) => ({
      name,
      cells: Array.from({ length: 60 }, (_, row) => Math.sin(row * (column + 1))),
    }))
    const { found, expected, inputs } = await both(columns, columns)
    expect(largestError(found, expected)).toBeLessThan(1e-5)
    expect(inputs.map(({ column }) => column.name)).toEqual(names)
    expect(new Set(inputs.map((input) => input.name)).size).toBe(names.length)
  })
})
