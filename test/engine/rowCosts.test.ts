import { describe, expect, it } from 'vitest'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { createReferenceEngine } from '../../src/engine/referenceEngine.ts'
import { exampleRows, exampleSpec, relativeError } from './examples.ts'
import { flavourSpec, flavours } from './flavours.ts'

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
        expect(relativeError(await session.rowCosts(rows), sums(errors, rows.columns))).toBeLessThan(1e-5)
        await session.close()
      }
    })
  }

  it('are the same in any batch, with missing cells and without', async () => {
    const spec = exampleSpec({ copies: 4 })
    for (const missingEvery of [0, 7]) {
      const rows = exampleRows(4700, spec.features, missingEvery)
      const session = await createOnnxEngine().open(spec, rows)
      const all = await session.rowCosts(rows)
      expect(relativeError(all, sums((await session.score(rows)).errors, rows.columns))).toBeLessThan(1e-5)
      const last = { ...rows, rows: 3, values: rows.values.subarray(4697 * rows.columns) }
      expect(relativeError(await session.rowCosts(last), all.subarray(4697))).toBeLessThan(1e-6)
      await session.close()
    }
  })
})
