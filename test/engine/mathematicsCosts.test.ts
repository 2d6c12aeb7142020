import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CellLoss } from '../../src/contract/records.ts'
import type { ModelSpec } from '../../src/engine/engine.ts'
import { costsOf } from './eagerly.ts'
import { exampleSpec } from './examples.ts'

const features = 4
const low = [-1, -2, 0, 0.5]
const high = [1, 3, 10, 0.5]
const spec = (cellLoss: CellLoss, changes: Partial<ModelSpec> = {}): ModelSpec =>
  exampleSpec({ features, layers: [2], cellLoss, ranges: { low, high }, ...changes })

const timesLog = (p: number) => (p > 0 ? p * Math.log(p) : 0)

/** Costs by hand, in double precision: of a cell and the output (and second head) for it. */
const byHand: Record<CellLoss, (cell: number, output: number, spread: number, feature: number) => number> = {
  squared: (cell, output) => (output - cell) ** 2,
  absolute: (cell, output) => Math.abs(output - cell),
  huber: (cell, output) => {
    const distance = Math.abs(output - cell)
    return distance <= 1 ? distance ** 2 / 2 : distance - 0.5
  },
  'log-cosh': (cell, output) => Math.log(Math.cosh(output - cell)),
  'binary-cross-entropy': (cell, output, _, feature) => {
    const from = low[feature] ?? 0
    const extent = (high[feature] ?? 0) - from || 1
    const place = (cell - from) / extent
    const target = Math.min(1, Math.max(0, place))
    const crossEntropy = Math.log1p(Math.exp(-Math.abs(output))) + Math.max(output, 0) - target * output
    return crossEntropy + timesLog(target) + timesLog(1 - target) + (place - target) ** 2
  },
  'gaussian-likelihood': (cell, output, spread) => {
    const variance = 0.01 + 0.99 * Math.exp(spread)
    return 0.5 * ((output - cell) ** 2 / variance + Math.log(variance / 0.01))
  },
}

const number = fc.double({ min: -30, max: 30, noNaN: true }).map(Math.fround)
const fourNumbers = fc.array(number, { minLength: features, maxLength: features })
const row = (cells: readonly number[]) => ({
  rows: 1,
  columns: features,
  values: Float32Array.from(cells),
})

for (const cellLoss of Object.keys(byHand) as CellLoss[]) {
  describe(`the cost ${cellLoss}`, () => {
    it('is what it is by hand, and never negative', () => {
      fc.assert(
        fc.property(fourNumbers, fourNumbers, fourNumbers, (cells, outputs, spread) => {
          const { costs } = costsOf(spec(cellLoss), { cells: row(cells), outputs, spread })
          for (const [feature, cost] of costs.entries()) {
            const expected = byHand[cellLoss](
              cells[feature] ?? 0,
              outputs[feature] ?? 0,
              spread[feature] ?? 0,
              feature,
            )
            expect(cost).toBeGreaterThanOrEqual(0)
            expect(Math.abs(cost - expected)).toBeLessThan(1e-5 * (1 + expected))
          }
        }),
        { numRuns: 60 },
      )
    })

    it('is finite far out', () => {
      const cells = [1e4, -1e4, 1e4, -1e4]
      const outputs = [-1e4, 1e4, 1e4, -1e4]
      for (const spread of [-200, 0, 80]) {
        const { costs } = costsOf(spec(cellLoss), {
          cells: row(cells),
          outputs,
          spread: outputs.map(() => spread),
        })
        expect(costs.every((cost) => Number.isFinite(cost) && cost >= 0)).toBe(true)
      }
    })

    it('leaves out missing cells and context', () => {
      const given = { ...spec(cellLoss), hasMissing: true, context: [2] }
      const { costs } = costsOf(given, {
        cells: row([Number.NaN, 5, 5, 5]),
        outputs: [1, 1, 1, 1],
        spread: [0, 0, 0, 0],
      })
      expect(costs.map((cost) => cost > 0)).toEqual([false, true, false, true])
      expect([costs[0], costs[2]]).toEqual([0, 0])
    })
  })
}

describe('binary cross-entropy', () => {
  it('costs nothing for a perfect fit, and reconstructs within the range', () => {
    const cells = [0, 0.5, 5, 0.5]
    const outputs = [0, 0, 0, -50]
    const { costs, reconstruction } = costsOf(spec('binary-cross-entropy'), { cells: row(cells), outputs })
    for (const cost of costs) expect(cost).toBeLessThan(1e-6)
    for (const [feature, cell] of cells.entries()) expect(reconstruction[feature]).toBeCloseTo(cell, 5)
  })
})

describe('softmax cross-entropy', () => {
  // Numbers at 0 and 6, categories of three and of two levels between them.
  const [levelLow, levelHigh] = [-0.2, 1.3]
  const blocks = [
    { from: 1, to: 4 },
    { from: 4, to: 6 },
  ]
  const mixed = exampleSpec({
    features: 7,
    layers: [2],
    categories: blocks,
    ranges: {
      low: [-1, ...new Array<number>(5).fill(levelLow), -1],
      high: [1, ...new Array<number>(5).fill(levelHigh), 1],
    },
  })
  const encoded = (first: number, levels: readonly number[], last: number) => ({
    rows: 1,
    columns: 7,
    values: Float32Array.from([
      first,
      ...blocks.flatMap(({ from, to }, block) =>
        Array.from({ length: to - from }, (_, level) => (level === levels[block] ? levelHigh : levelLow)),
      ),
      last,
    ]),
  })
  const weightOf = (levels: number) => 3 / Math.log(levels)
  const sevenNumbers = fc.array(number, { minLength: 7, maxLength: 7 })

  it('puts minus the logarithm of the probability on the true level, and leaves the other cells alone', () => {
    fc.assert(
      fc.property(sevenNumbers, fc.nat(2), fc.nat(1), (outputs, first, second) => {
        const { costs, reconstruction } = costsOf(mixed, {
          cells: encoded(0.5, [first, second], -2),
          outputs,
        })
        const expected = [((outputs[0] ?? 0) - 0.5) ** 2]
        const typical = [outputs[0] ?? 0]
        for (const [block, { from, to }] of blocks.entries()) {
          const powers = outputs.slice(from, to).map(Math.exp)
          const total = powers.reduce((sum, each) => sum + each, 0)
          const level = [first, second][block]
          for (const [index, power] of powers.entries()) {
            expected.push(index === level ? -Math.log(power / total) * weightOf(to - from) : 0)
            typical.push(levelLow + (power / total) * (levelHigh - levelLow))
          }
        }
        expected.push(((outputs[6] ?? 0) + 2) ** 2)
        typical.push(outputs[6] ?? 0)
        for (const [feature, cost] of costs.entries()) {
          expect(Math.abs(cost - (expected[feature] ?? 0))).toBeLessThan(
            2e-5 * (1 + (expected[feature] ?? 0)),
          )
          expect(reconstruction[feature]).toBeCloseTo(typical[feature] ?? 0, 4)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('costs three of an untrained network, however many levels are equally common', () => {
    const { costs } = costsOf(mixed, { cells: encoded(0, [0, 1], 0), outputs: new Array<number>(7).fill(0) })
    expect(costs[1]).toBeCloseTo(3, 5)
    expect(costs[5]).toBeCloseTo(3, 5)
  })

  it('charges a level that has no feature like one of probability 0.1 %, spread over its block', () => {
    const { costs } = costsOf(mixed, { cells: encoded(0, [-1, 0], 0), outputs: [0, 4, -2, 1, 0, 0, 0] })
    const each = (-Math.log(0.001) * weightOf(3)) / 3
    for (const cost of costs.slice(1, 4)) expect(cost).toBeCloseTo(each, 4)
  })

  it('stays finite for logits that no exponential holds', () => {
    const outputs = [0, 500, -500, 0, -1e4, 1e4, 0]
    const { costs, reconstruction } = costsOf(mixed, { cells: encoded(0, [1, 0], 0), outputs })
    expect([...costs, ...reconstruction].every(Number.isFinite)).toBe(true)
    expect(costs[2]).toBeGreaterThan(80)
  })
})
