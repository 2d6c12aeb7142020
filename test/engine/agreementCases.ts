import { expect, it } from 'vitest'
import { cellLosses } from '../../src/contract/choices.ts'
import type { Matrix, Session } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { createReferenceEngine } from '../../src/engine/referenceEngine.ts'
import { relativeError } from './examples.ts'
import { corruptions, flavourSpec, flavours } from './flavours.ts'

/** Everything that a session can be asked for, after 20 steps. */
async function twentySteps(session: Session, rows: Matrix): Promise<Record<string, ArrayLike<number>>> {
  const { losses, gradientNorms } = await session.train(20)
  const { weights, firstMoment, secondMoment, random } = session.state()
  const validation = await session.evaluate(rows)
  const { errors, reconstruction } = await session.score(rows)
  const codes = await session.encode(rows)
  await session.close()
  return {
    losses,
    gradientNorms,
    weights,
    firstMoment,
    secondMoment,
    random,
    validation: [validation],
    errors,
    reconstruction,
    codes: codes.values,
  }
}

/** One test for each corruption and cell loss with each of these flavours. */
export function testAgreement(chosen: readonly string[]): void {
  let turn = 0
  for (const flavour of Object.keys(flavours)) {
    for (const corruption of corruptions) {
      for (const cellLoss of cellLosses) {
        const { spec, rows } = flavourSpec(flavour, corruption, cellLoss, turn)
        turn += 1
        if (!chosen.includes(flavour)) continue
        it(`${flavour}, ${corruption.kind}, ${cellLoss}`, async () => {
          const traced = await twentySteps(await createOnnxEngine().open(spec, rows), rows)
          const reference = await twentySteps(await createReferenceEngine().open(spec, rows), rows)
          for (const [name, values] of Object.entries(traced))
            expect(relativeError(values, reference[name] ?? []), name).toBeLessThan(1e-4)
        })
      }
    }
  }
}
