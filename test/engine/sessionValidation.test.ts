import { describe, expect, it } from 'vitest'
import type { CodeSpec, Matrix, ModelSpec } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { createReferenceEngine } from '../../src/engine/referenceEngine.ts'
import { exampleRows, exampleSpec } from './examples.ts'

const base = exampleSpec({
  copies: 1,
  corruption: { kind: 'none' },
  trim: { keepShare: 1, warmUpShare: 0 },
  activation: 'linear',
})

/** 1,025 rows are two batches, of 513 rows and of 512 and one that fills up; the last row is unlike all others. */
const batchRows = 513
const rows: Matrix = exampleRows(1025, base.features)
rows.values.fill(300, 1024 * base.features)

/** The penalty that `evaluate` adds for a code, and the codes that it is about. */
async function penaltyOf(engine: ReturnType<typeof createOnnxEngine>, code: CodeSpec, none: CodeSpec) {
  const evaluated = async (spec: ModelSpec) => {
    const session = await engine.open(spec, rows)
    const [loss, codes] = [await session.evaluate(rows), await session.encode(rows)]
    await session.close()
    return { loss, codes }
  }
  const [with_, without] = [await evaluated({ ...base, code }), await evaluated({ ...base, code: none })]
  return { penalty: with_.loss - without.loss, codes: with_.codes }
}

/** Mean of each node over rows `from`..`to`. */
const nodeMeans = ({ columns, values }: Matrix, from: number, to: number): number[] =>
  Array.from({ length: columns }, (_, node) => {
    let sum = 0
    for (let row = from; row < to; row += 1) sum += values[row * columns + node] ?? 0
    return sum / (to - from)
  })

describe('the row that fills up the last batch of a validation', () => {
  for (const engine of [createOnnxEngine(), createReferenceEngine()]) {
    it(`does not weigh in the mean absolute code: ${engine.name}`, async () => {
      const { penalty, codes } = await penaltyOf(engine, { kind: 'l1', weight: 2 }, { kind: 'plain' })
      const sizes = { ...codes, values: codes.values.map(Math.abs) }
      const means = nodeMeans(sizes, 0, rows.rows)
      const expected = (2 * means.reduce((sum, one) => sum + one, 0)) / means.length
      expect(penalty / expected).toBeCloseTo(1, 4)
    })

    it(`does not weigh in the mean activation: ${engine.name}`, async () => {
      const kl = { kind: 'kl', weight: 2, target: 0.1 } as const
      const { penalty, codes } = await penaltyOf(engine, kl, { ...kl, weight: 0 })
      const divergence = (mean: number) => 0.1 * Math.log(0.1 / mean) + 0.9 * Math.log(0.9 / (1 - mean))
      const ofBatch = (from: number, to: number) =>
        ((to - from) / rows.rows) *
        2 *
        nodeMeans(codes, from, to).reduce((sum, mean) => sum + divergence(mean), 0)
      const expected = ofBatch(0, batchRows) + ofBatch(batchRows, rows.rows)
      expect(Math.abs(penalty - expected)).toBeLessThan(2e-5 * expected)
    })
  }
})
