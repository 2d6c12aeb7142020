import { describe, expect, it } from 'vitest'
import type { Corruption } from '../../src/contract/records.ts'
import type { ModelSpec } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { createReferenceEngine } from '../../src/engine/referenceEngine.ts'
import { exampleRows, exampleSpec, relativeError } from './examples.ts'

const corruptions: Corruption[] = [
  { kind: 'none' },
  { kind: 'gaussian', sigma: 3 },
  { kind: 'masking', rate: 0.3 },
  { kind: 'swap', rate: 0.2 },
]

const architectures: Partial<ModelSpec>[] = [
  { layers: [12, 3, 12], copies: 2 },
  { layers: [4], copies: 1, features: 5 },
  { layers: [8, 8, 2, 8, 8], copies: 3, features: 9, batchRows: 13 },
]

describe('the traced engine', () => {
  for (const corruption of corruptions) {
    for (const rowLoss of ['log1p', 'mean'] as const) {
      for (const hasMissing of [false, true]) {
        for (const [index, architecture] of architectures.entries()) {
          const title = `${corruption.kind}, ${rowLoss}, ${hasMissing ? 'missing cells' : 'complete'}, network ${index}`
          it(`equals TensorFlow.js over 20 steps: ${title}`, async () => {
            const spec = exampleSpec({ ...architecture, corruption, rowLoss, hasMissing })
            const rows = exampleRows(50, spec.features, hasMissing ? 7 : 0)
            const traced = await createOnnxEngine().open(spec, rows)
            const reference = await createReferenceEngine().open(spec, rows)
            const { losses } = await traced.train(20)
            const { losses: expected } = await reference.train(20)
            expect(relativeError(losses, expected)).toBeLessThan(1e-4)
            const [state, expectedState] = [traced.state(), reference.state()]
            expect(state.random).toEqual(expectedState.random)
            expect(relativeError(state.weights, expectedState.weights)).toBeLessThan(1e-4)
            expect(relativeError(state.firstMoment, expectedState.firstMoment)).toBeLessThan(1e-4)
            expect(relativeError(state.secondMoment, expectedState.secondMoment)).toBeLessThan(1e-4)
            expect(
              relativeError([await traced.evaluate(rows)], [await reference.evaluate(rows)]),
            ).toBeLessThan(1e-4)
            const [scored, expectedScores] = [await traced.score(rows), await reference.score(rows)]
            expect(relativeError(scored.errors, expectedScores.errors)).toBeLessThan(1e-4)
            expect(relativeError(scored.reconstruction, expectedScores.reconstruction)).toBeLessThan(1e-4)
            await traced.close()
            await reference.close()
          })
        }
      }
    }
  }
})
