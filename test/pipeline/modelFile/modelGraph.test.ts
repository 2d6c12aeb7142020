import { expect, it } from 'vitest'
import type { Encoder } from '../../../src/pipeline/features/encoder.ts'
import { chosenSettings, plannedSpec } from '../../../src/pipeline/model/plan.ts'
import { modelGraph, weightsName } from '../../../src/pipeline/modelFile/modelGraph.ts'

/** Numbers in a file of so many categories of twenty values, beside the weights. */
function numbersInFile(columns: number): number {
  const scaling = { centre: 0, spread: 1 }
  const levels = Array.from({ length: 20 }, (_, index) => ({
    kind: 'level' as const,
    value: `value ${index}`,
    scaling,
  }))
  const encoder: Encoder = {
    version: 1,
    columns: Array.from({ length: columns }, (_, index) => ({
      name: `column ${index}`,
      type: 'category' as const,
      features: levels,
    })),
    dropped: [],
    softClip: true,
  }
  const settings = chosenSettings()
  const { spec, trainableParameters } = plannedSpec({ settings, rows: 100, encoder })
  const [weights, firstMoment, secondMoment] = [0, 1, 2].map(() => new Float32Array(trainableParameters))
  if (!weights || !firstMoment || !secondMoment) throw new Error('No weights')
  const state = { step: 1, weights, firstMoment, secondMoment, random: [] }
  const model = { encoder, settings, spec, state, unfinished: null, engine: 'none', rows: 100 }
  const constants = modelGraph(model, 1).nodes.flatMap(({ inputs }) =>
    inputs.flatMap(({ name, constant }) => (name === weightsName ? [] : (constant?.length ?? 0))),
  )
  return constants.reduce((sum, length) => sum + length, 0)
}

it('a model file grows with its columns, not with their square', () => {
  const [few, many] = [numbersInFile(40), numbersInFile(160)]
  expect(few).toBeGreaterThan(40 * 20)
  expect(many / few).toBeLessThan(4.5)
})
