import { describe, expect, it } from 'vitest'
import { cellLosses } from '../../src/contract/choices.ts'
import type { TrainingState } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { phasesOf } from '../../src/engine/program/phases.ts'
import { corruptions, flavourSpec, flavours } from './flavours.ts'

const engine = createOnnxEngine()

describe('a run that is resumed equals one that was never interrupted, bit for bit', () => {
  let turn = 0
  for (const [flavour, forms] of Object.entries(flavours)) {
    for (const _form of forms) {
      const { spec, rows } = flavourSpec(
        flavour,
        corruptions[turn % corruptions.length] ?? { kind: 'none' },
        cellLosses[turn % cellLosses.length] ?? 'squared',
        turn,
      )
      turn += 1
      it(`${flavour} ${turn}, ${spec.corruption.kind}, ${spec.cellLoss}`, async () => {
        const straight = await engine.open(spec, rows)
        const { losses, gradientNorms } = await straight.train(20)
        const end = straight.state()
        const scores = await straight.score(rows)
        const validation = await straight.evaluate(rows)
        await straight.close()

        // In the middle, and around every change of phase.
        const pauses = new Set([7, ...phasesOf(spec).flatMap(({ fromStep }) => [fromStep, fromStep + 1])])
        let state: TrainingState | undefined
        const [pieces, norms]: [number[], number[]] = [[], []]
        for (const pause of [...pauses, 20].toSorted((a, b) => a - b)) {
          const session = await engine.open(spec, rows, state && structuredClone(state))
          const part = await session.train(pause - session.state().step)
          pieces.push(...part.losses)
          norms.push(...part.gradientNorms)
          state = session.state()
          if (pause === 20) {
            expect(await session.score(rows)).toEqual(scores)
            expect(await session.evaluate(rows)).toBe(validation)
          }
          await session.close()
        }
        expect(state).toEqual(end)
        expect(pieces).toEqual([...losses])
        expect(norms).toEqual([...gradientNorms])
      })
    }
  }
})

describe('the same seed', () => {
  for (const flavour of Object.keys(flavours)) {
    it(`gives the same scores twice: ${flavour}`, async () => {
      const { spec, rows } = flavourSpec(flavour, { kind: 'swap', rate: 0.2 }, 'squared', 1)
      const scoresOf = async (seed: number) => {
        const session = await engine.open({ ...spec, seed }, rows)
        await session.train(20)
        const scores = await session.score(rows)
        await session.close()
        return scores
      }
      const scores = await scoresOf(4)
      expect(await scoresOf(4)).toEqual(scores)
      expect(await scoresOf(5)).not.toEqual(scores)
    })
  }
})
