import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../../src/engine/engine.ts'
import { encodeTable } from '../../../src/pipeline/features/encode.ts'
import { fitEncoder } from '../../../src/pipeline/features/fit.ts'
import { planModel } from '../../../src/pipeline/model/plan.ts'
import { rankScores } from '../../../src/pipeline/scoring/rank.ts'
import { openScorer } from '../../../src/pipeline/scoring/scorer.ts'
import { trainModel } from '../../../src/pipeline/training/train.ts'
import { arrayTable } from '../../support/arrayTable.ts'
import { constantEngine } from '../../support/constantEngine.ts'

const { signal } = new AbortController()

async function prepared() {
  const table = arrayTable([
    { name: 'size', cells: [null, ...Array.from({ length: 19 }, (_, index) => index ** 2)] },
    { name: 'kind', cells: [...'aaaaaaaaaabbbbbbbccd'] },
  ])
  const encoder = await fitEncoder({ table, signal })
  const matrix = await encodeTable({ table, encoder, signal })
  const { settings, spec } = planModel({ rows: 20, features: matrix.columns, hasMissing: true })
  const engine = constantEngine({ level: 0 })
  const { model } = await trainModel({ engine, encoder, settings, spec, matrix, signal })
  return { matrix, engine, scorer: await openScorer({ engine, model }) }
}

describe('openScorer', () => {
  it('scores a row by the mean squared error of its present cells', async () => {
    const { scorer, matrix } = await prepared()
    const { scores } = await scorer.scoreMatrix(matrix)
    const expected = Array.from({ length: matrix.rows }, (_, row) => {
      const cells = [...matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns)]
      const present = cells.filter((cell) => !Number.isNaN(cell))
      return present.reduce((sum, cell) => sum + cell ** 2, 0) / present.length
    })
    for (const [row, score] of expected.entries()) expect(scores[row]).toBeCloseTo(score, 5)
    expect(Number.isNaN(matrix.values[0])).toBe(true)
  })

  it('gives shares that add up to the score, and the typical row in original units', async () => {
    const { scorer, matrix } = await prepared()
    const judged = await scorer.judge(matrix)
    const { scores } = await scorer.scoreMatrix(matrix)
    for (const [row, score] of scores.entries()) {
      const [size = 0, kind = 0] = judged.shares.subarray(row * 2, row * 2 + 2)
      expect(Math.abs(size + kind - score)).toBeLessThanOrEqual(1e-5 * score)
    }
    // Zero is every column's centre: the median of the squares of 0..18, and no sign of any level but a.
    expect(judged.typical[3]).toEqual([81, 'a'])
  })

  it('counts the indicator of a missing cell towards its column', async () => {
    const { scorer, matrix } = await prepared()
    const { shares } = await scorer.judge({
      ...matrix,
      rows: 1,
      values: matrix.values.subarray(0, matrix.columns),
    })
    expect(shares[0]).toBeGreaterThan(1)
  })

  it('closes its session', async () => {
    const { scorer, engine } = await prepared()
    const before = engine.closed
    await scorer.close()
    expect(engine.closed).toBe(before + 1)
  })

  it('names the row of the table, not of its chunk, when a score is not a number', async () => {
    const { scorer, matrix } = await prepared()
    const rows = 1_200_000 / matrix.columns
    const values = new Float32Array(1_200_000)
    values[(rows - 3) * matrix.columns] = 1e30
    await expect(scorer.scoreMatrix({ ...matrix, rows, values })).rejects.toMatchObject({
      message: expect.stringContaining(`Row ${rows - 2} `),
      details: { row: rows - 3 },
    })
  })

  it('refuses a score that is not a number', async () => {
    const { scorer, matrix } = await prepared()
    const values = matrix.values.with(matrix.columns, 1e30)
    const broken: Matrix = { ...matrix, values }
    await expect(scorer.scoreMatrix(broken)).rejects.toMatchObject({ code: 'engine', details: { row: 1 } })
    await expect(scorer.scoreMatrix(broken, { newFrom: 500 })).rejects.toMatchObject({
      message: expect.stringMatching(/^Row 502 .*leave the row out/),
      details: { row: 501 },
    })
  })
})

describe('rankScores', () => {
  it('puts the highest score first, and equal scores in row order', async () => {
    const { order, sorted } = await rankScores(Float32Array.from([1, 3, 0, 3, -2, 1]))
    expect([...order]).toEqual([1, 3, 0, 5, 2, 4])
    expect([...sorted]).toEqual([3, 3, 1, 1, 0, -2])
  })

  it('agrees with sorting by comparison', async () => {
    const score = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(score, { maxLength: 80 }), async (values) => {
        const scores = Float32Array.from(values)
        const slow = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
        expect([...(await rankScores(scores)).order]).toEqual(slow)
      }),
    )
  })
})
