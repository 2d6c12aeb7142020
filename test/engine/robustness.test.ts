import { describe, expect, it } from 'vitest'
import type { Matrix, ModelSpec } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { exampleRows, exampleSpec } from './examples.ts'

const filled = (rows: number, columns: number, value: number): Matrix => ({
  rows,
  columns,
  values: new Float32Array(rows * columns).fill(value),
})

const mixed = (): Matrix => {
  const rows = exampleRows(40, 6, 5)
  // A row without any present cell, and a column without any.
  rows.values.fill(Number.NaN, 0, 6)
  for (let row = 0; row < 40; row += 1) rows.values[row * 6 + 2] = Number.NaN
  return rows
}

const recipe: Partial<ModelSpec> = { corruption: { kind: 'gaussian', sigma: 3 }, inputDivisor: Math.sqrt(10) }
const trials: Record<string, [Partial<ModelSpec>, Matrix]> = {
  'one column': [{ features: 1, layers: [64, 2, 64] }, exampleRows(50, 1)],
  'one row': [{ batchRows: 1 }, exampleRows(1, 6)],
  'two rows': [{ batchRows: 2 }, exampleRows(2, 6)],
  'constant cells': [{}, filled(30, 6, 4)],
  'zeros without noise': [{ corruption: { kind: 'none' } }, filled(30, 6, 0)],
  'missing cells, a whole row and a whole column among them': [{ hasMissing: true }, mixed()],
  'missing cells that nobody announced': [{ hasMissing: false }, mixed()],
  'nothing but missing cells': [{ hasMissing: true }, filled(30, 6, Number.NaN)],
  'huge values': [{}, filled(30, 6, 1e6)],
  '1,555 columns': [{ features: 1555, layers: [64, 8, 64], batchRows: 128 }, exampleRows(200, 1555)],
}

describe('training and scoring stay finite', () => {
  for (const [title, [changes, rows]] of Object.entries(trials)) {
    it(`on ${title}`, async () => {
      const spec = exampleSpec({ ...recipe, ...changes })
      const session = await createOnnxEngine().open(spec, rows)
      const { losses } = await session.train(spec.schedule.steps)
      const { errors, reconstruction } = await session.score(rows)
      const validation = await session.evaluate(rows)
      const { weights } = session.state()
      await session.close()
      expect(losses.length).toBe(spec.schedule.steps)
      for (const values of [losses, errors, reconstruction, weights, [validation]]) {
        expect(values.every((value: number) => Number.isFinite(value))).toBe(true)
      }
      const missing = rows.values.findIndex(Number.isNaN)
      if (missing >= 0) expect(errors[missing]).toBe(0)
    })
  }

  it('on missing cells in rows that came after training', async () => {
    const spec = exampleSpec(recipe)
    const session = await createOnnxEngine().open(spec, exampleRows(40, 6))
    await session.train(10)
    const later = mixed()
    const { errors } = await session.score(later)
    expect(Number.isFinite(await session.evaluate(later))).toBe(true)
    await session.close()
    const zero = errors.map((error, cell) => (Number.isNaN(later.values[cell]) ? error : 0))
    expect(zero.every((error) => error === 0)).toBe(true)
    expect(errors.every((error, cell) => error > 0 || Number.isNaN(later.values[cell]))).toBe(true)
  })
})
