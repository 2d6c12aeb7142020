import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { Corruption } from '../../src/contract/records.ts'
import { withBackend } from '../../src/engine/backend.ts'
import type { Matrix, ModelSpec } from '../../src/engine/engine.ts'
import { createCorruption } from '../../src/engine/program/corruptions.ts'
import { named } from '../../src/engine/program/inputs.ts'
import { seededRandom } from '../../src/engine/random.ts'
import { drawSteps } from '../../src/engine/session/batches.ts'
import '../../src/engine/referenceEngine.ts'
import { exampleRows, exampleSpec } from './examples.ts'

const [copies, batchRows, features] = [2, 64, 5]
const cells = copies * batchRows * features

/** The batch [copies, batchRows, features] filled with `clean`, corrupted in `steps` consecutive steps. */
function corrupt(
  kind: Corruption,
  rows: Matrix,
  clean: Float32Array,
  steps: number,
  batch = batchRows,
  changes: Partial<ModelSpec> = {},
  counted?: Float32Array,
): Float32Array[] {
  const spec = exampleSpec({ features, copies, batchRows: batch, corruption: kind, ...changes })
  const corruption = createCorruption(spec, rows)
  const random = seededRandom(11, 'test')
  return Array.from({ length: steps }, (_, step) => {
    const drawn = drawSteps(corruption.stepInputs, 1, random, step)
    return withBackend('cpu', () =>
      tf.tidy(() => {
        const inputs: Record<string, tf.Tensor> = {}
        for (const { name, shape, dtype, values } of corruption.sessionInputs)
          inputs[name] = tf.tensor(values, [...shape], dtype)
        for (const { name, shape, dtype } of corruption.stepInputs)
          inputs[name] = tf.tensor(named(drawn, name), [...shape], dtype)
        const batchShape: [number, number, number] = [copies, batch, features]
        const mask = counted ? tf.tensor3d(counted, batchShape) : null
        const given = { values: tf.tensor3d(clean, batchShape), counted: mask, hasMissing: mask !== null }
        return corruption.apply(given, inputs).dataSync<'float32'>().slice()
      }),
    )
  })
}

const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
const correlation = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  const products = Array.from(a, (value, index) => value * (b[index] ?? 0))
  return (
    mean(products) /
    Math.sqrt(mean(Array.from(a, (value) => value ** 2)) * mean(Array.from(b, (value) => value ** 2)))
  )
}
const rows = exampleRows(200, features)
const ones = new Float32Array(cells).fill(1)

describe('gaussian corruption', () => {
  const steps = corrupt({ kind: 'gaussian', sigma: 3 }, rows, new Float32Array(cells), 60)
  const all = steps.flatMap((step) => [...step])

  it('adds noise of mean 0, the given deviation and a normal shape', () => {
    // 38,400 draws: four standard errors of each statistic.
    expect(Math.abs(mean(all))).toBeLessThan(4 * (3 / Math.sqrt(all.length)))
    const deviation = Math.sqrt(mean(all.map((value) => value ** 2)))
    expect(Math.abs(deviation - 3)).toBeLessThan(4 * (3 / Math.sqrt(2 * all.length)))
    const beyond = (limit: number) => mean(all.map((value) => (Math.abs(value) > 3 * limit ? 1 : 0)))
    expect(beyond(1)).toBeCloseTo(0.3173, 1.9)
    expect(beyond(2)).toBeCloseTo(0.0455, 2)
    expect(beyond(3)).toBeCloseTo(0.0027, 2.5)
  })

  it('is fresh each step, for each row, column and copy', () => {
    const noise = steps[0] ?? new Float32Array(0)
    const half = cells / 2
    expect(Math.abs(correlation(noise, steps[1] ?? []))).toBeLessThan(0.16)
    expect(Math.abs(correlation(noise.slice(0, half), noise.slice(half)))).toBeLessThan(0.22)
    expect(Math.abs(correlation(noise.slice(0, -features), noise.slice(features)))).toBeLessThan(0.16)
    expect(Math.abs(correlation(noise.slice(0, -1), noise.slice(1)))).toBeLessThan(0.16)
    for (let column = 0; column < features; column += 1) {
      const values = all.filter((_, cell) => cell % features === column)
      expect(Math.abs(mean(values))).toBeLessThan(4 * (3 / Math.sqrt(values.length)))
    }
  })

  it('fills batches that are no multiple of a block', () => {
    const [noise] = corrupt(
      { kind: 'gaussian', sigma: 1 },
      rows,
      new Float32Array(copies * 13 * features),
      1,
      13,
    )
    expect(noise?.length).toBe(copies * 13 * features)
    expect(noise?.every((value) => value !== 0 && Number.isFinite(value))).toBe(true)
  })
})

describe('masking corruption', () => {
  it('sets the given share of cells to 0 and leaves the others', () => {
    const all = corrupt({ kind: 'masking', rate: 0.3 }, rows, ones, 30).flatMap((step) => [...step])
    expect([...new Set(all)].toSorted()).toEqual([0, 1])
    expect(Math.abs(1 - mean(all) - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / all.length))
  })
})

describe('swap corruption', () => {
  // Column j holds j + 0.1, j + 0.2, ...: a swapped cell shows which column and which row it came from.
  const marked: Matrix = {
    rows: 9,
    columns: features,
    values: Float32Array.from(
      { length: 9 * features },
      (_, cell) => (cell % features) + (Math.floor(cell / features) + 1) / 10,
    ),
  }
  const steps = corrupt({ kind: 'swap', rate: 0.2 }, marked, new Float32Array(cells).fill(-1), 30)
  const all = steps.flatMap((step) => [...step])
  const swapped = all.flatMap((value, cell) => (value === -1 ? [] : [{ value, column: cell % features }]))

  it('replaces the given share of cells by cells of the same column', () => {
    expect(Math.abs(swapped.length / all.length - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / all.length))
    expect(swapped.every(({ value, column }) => Math.floor(value) === column)).toBe(true)
  })

  it('draws every row about equally often, each cell from its own', () => {
    const counts = Array.from(
      { length: 9 },
      (_, row) => swapped.filter(({ value, column }) => Math.round((value - column) * 10) === row + 1).length,
    )
    for (const count of counts)
      expect(Math.abs(count - swapped.length / 9)).toBeLessThan(0.2 * (swapped.length / 9))
    const step = steps[0] ?? new Float32Array(0)
    const sources = new Map<number, Set<number>>()
    step.forEach((value, cell) => {
      if (value === -1) return
      const row = Math.floor(cell / features)
      sources.set(row, (sources.get(row) ?? new Set()).add(Math.round((value - (cell % features)) * 10)))
    })
    expect(Math.max(...[...sources.values()].map((each) => each.size))).toBeGreaterThan(1)
  })

  it('takes a missing cell as 0', () => {
    const missing = { rows: 1, columns: features, values: new Float32Array(features).fill(Number.NaN) }
    const values = corrupt({ kind: 'swap', rate: 1 }, missing, ones, 1).flatMap((step) => [...step])
    expect(new Set(values)).toEqual(new Set([0]))
  })
})

describe('salt-and-pepper corruption', () => {
  const kind = { kind: 'salt-and-pepper', rate: 0.3 } as const
  it('sets the given share of cells to either extreme of their feature, equally often', () => {
    const ranges = { low: [-1, -2, -3, -4, -5], high: [1, 20, 3, 4, 50] }
    const steps = corrupt(kind, rows, new Float32Array(cells).fill(0.5), 30, batchRows, { ranges })
    const hits = steps.flatMap((step) =>
      [...step].flatMap((value, cell) => (value === 0.5 ? [] : [{ value, feature: cell % features }])),
    )
    const total = 30 * cells
    expect(Math.abs(hits.length / total - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / total))
    const near = (a: number, b = Number.NaN) => Math.abs(a - b) < 1e-5
    const salt = hits.filter(({ value, feature }) => near(value, ranges.high[feature]))
    const pepper = hits.filter(({ value, feature }) => near(value, ranges.low[feature]))
    expect(salt.length + pepper.length).toBe(hits.length)
    expect(Math.abs(salt.length / hits.length - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / hits.length))
  })

  it('takes three spreads where no ranges are known', () => {
    const all = corrupt({ ...kind, rate: 1 }, rows, new Float32Array(cells), 1).flatMap((step) => [...step])
    expect(new Set(all)).toEqual(new Set([-3, 3]))
  })
})

describe('every corruption', () => {
  const kinds: Corruption[] = [
    { kind: 'gaussian', sigma: 2 },
    { kind: 'masking', rate: 0.5 },
    { kind: 'salt-and-pepper', rate: 0.5 },
    { kind: 'swap', rate: 0.5 },
  ]
  /** Share of the cells that are no longer what they were; of Gaussian noise, its deviation. */
  const strength = (kind: Corruption, values: Float32Array) =>
    kind.kind === 'gaussian'
      ? Math.sqrt(mean(values.map((value) => (value - 7) ** 2))) / 2
      : mean(values.map((value) => (value === 7 ? 0 : 1))) / 0.5
  const sevens = new Float32Array(cells).fill(7)

  for (const kind of kinds) {
    it(`rises and falls as scheduled: ${kind.kind}`, () => {
      const schedule = { ...exampleSpec().schedule, steps: 5 }
      for (const corruptionSchedule of ['rising', 'falling'] as const) {
        const steps = corrupt(kind, rows, sevens, 5, batchRows, { corruptionSchedule, schedule })
        const strengths = steps.map((step) => strength(kind, step))
        const expected = corruptionSchedule === 'rising' ? [0, 0.25, 0.5, 0.75, 1] : [1, 0.75, 0.5, 0.25, 0]
        // 640 cells: four standard errors of a share, relative to the rate.
        for (const [index, value] of strengths.entries())
          expect(Math.abs(value - (expected[index] ?? 0))).toBeLessThan(8 * Math.sqrt(0.25 / cells) + 1e-6)
      }
    })

    it(`leaves alone what does not count: ${kind.kind}`, () => {
      const counted = Float32Array.from({ length: cells }, (_, cell) => (cell % 3 === 0 ? 0 : 1))
      // Missing cells are 0, context keeps its value.
      const clean = counted.map((flag, cell) => (flag === 0 && cell % 2 === 0 ? 0 : 7))
      const [values] = corrupt(kind, rows, clean, 1, batchRows, { context: [0] }, counted)
      for (const [cell, flag] of counted.entries()) if (flag === 0) expect(values?.[cell]).toBe(clean[cell])
      expect(values?.some((value, cell) => value !== clean[cell])).toBe(true)
    })
  }
})
