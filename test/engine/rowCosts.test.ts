import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellLosses } from '../../src/contract/choices.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { createReferenceEngine } from '../../src/engine/referenceEngine.ts'
import { exampleRows, exampleSpec, relativeError } from './examples.ts'
import { flavourSpec, flavours, mixedRows } from './flavours.ts'

const sums = (errors: Float32Array, columns: number): number[] =>
  Array.from({ length: errors.length / columns }, (_, row) =>
    errors.subarray(row * columns, (row + 1) * columns).reduce((sum, error) => sum + error, 0),
  )

describe('the costs of rows alone', () => {
  for (const flavour of Object.keys(flavours)) {
    it(`are the sums of their errors: ${flavour}`, async () => {
      const { spec, rows } = flavourSpec(flavour, { kind: 'none' }, 'squared', 2)
      for (const engine of [createOnnxEngine(), createReferenceEngine()]) {
        const session = await engine.open({ ...spec, copies: 3 }, rows)
        await session.train(3)
        const { errors } = await session.score(rows)
        expect(relativeError((await session.rowCosts(rows)).costs, sums(errors, rows.columns))).toBeLessThan(
          1e-5,
        )
        await session.close()
      }
    })
  }

  it('are those without the missing cells, however little the model expects any', async () => {
    const names = fc.constantFrom(...Object.keys(flavours))
    await fc.assert(
      fc.asyncProperty(names, fc.constantFrom(...cellLosses), fc.nat(40), async (flavour, cellLoss, turn) => {
        const { spec } = flavourSpec(flavour, { kind: 'none' }, cellLoss, turn)
        const session = await createOnnxEngine().open({ ...spec, hasMissing: false }, mixedRows(20))
        const rows = mixedRows(300, 29)
        const { errors } = await session.score(rows)
        const { costs, hasMissing } = await session.rowCosts(rows)
        expect(hasMissing).toBe(true)
        expect(relativeError(costs, sums(errors, rows.columns))).toBeLessThan(1e-5)
        const first = { ...rows, rows: 4, values: rows.values.slice(0, 4 * rows.columns) }
        if (!first.values.some(Number.isNaN) && spec.context.length === 0)
          expect((await session.rowCosts(first)).hasMissing).toBe(false)
        await session.close()
      }),
      { numRuns: 30 },
    )
  })

  it('are the same in any batch, with missing cells and without', async () => {
    const spec = exampleSpec({ copies: 4 })
    for (const missingEvery of [0, 7]) {
      const rows = exampleRows(4700, spec.features, missingEvery)
      const session = await createOnnxEngine().open(spec, rows)
      const { costs: all } = await session.rowCosts(rows)
      expect(relativeError(all, sums((await session.score(rows)).errors, rows.columns))).toBeLessThan(1e-5)
      const last = { ...rows, rows: 3, values: rows.values.subarray(4697 * rows.columns) }
      expect(relativeError((await session.rowCosts(last)).costs, all.subarray(4697))).toBeLessThan(1e-6)
      await session.close()
    }
  })
})
