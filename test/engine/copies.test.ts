import { describe, expect, it } from 'vitest'
import { cellLosses } from '../../src/contract/choices.ts'
import type { Executor } from '../../src/engine/executor.ts'
import { onnxExecutor } from '../../src/engine/onnxExecutor.ts'
import { openSession } from '../../src/engine/session.ts'
import { relativeError } from './examples.ts'
import { corruptions, flavourSpec, flavours } from './flavours.ts'

/** All copies in one loop: without what runs one loop for each. */
function jointly(): Executor {
  const { compile, compileLoop } = onnxExecutor({ threads: 1 })
  return { compile, compileLoop }
}

describe('copies that are trained each on its own', () => {
  for (const [turn, flavour] of Object.keys(flavours).entries()) {
    const corruption = corruptions[turn % corruptions.length] ?? { kind: 'none' }
    const cellLoss = cellLosses[turn % cellLosses.length] ?? 'squared'

    it(`learn what they learn together, alike on any number of threads: ${flavour}`, async () => {
      const { spec: small, rows } = flavourSpec(flavour, corruption, cellLoss, turn)
      // Whole blocks of noise for every copy: only then it can be trained alone.
      const spec = { ...small, copies: 3, batchRows: 64 }
      const trained = async (executor: Executor) => {
        const session = await openSession(executor, spec, rows)
        const { losses, gradientNorms } = await session.train(5)
        const { costs } = await session.rowCosts(rows)
        const { weights, secondMoment, random } = session.state()
        await session.close()
        return { losses, gradientNorms, weights, secondMoment, random, costs }
      }
      const [one, several, joint] = [
        await trained(onnxExecutor({ threads: 1 })),
        await trained(onnxExecutor({ threads: 3 })),
        await trained(jointly()),
      ]
      expect(several).toEqual(one)
      expect(one.random).toEqual(joint.random)
      for (const name of ['losses', 'gradientNorms', 'weights', 'costs'] as const)
        expect(relativeError(one[name], joint[name])).toBeLessThan(1e-4)
    })
  }
})
