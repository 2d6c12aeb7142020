import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../../src/engine/engine.ts'
import { principalComponents } from '../../../src/engine/principalComponents.ts'
import { fillNormals, seededRandom } from '../../../src/engine/random.ts'
import { planModel } from '../../../src/pipeline/model/plan.ts'
import { componentRows } from '../../../src/pipeline/training/componentRows.ts'
import { trainModel } from '../../../src/pipeline/training/train.ts'
import { constantEngine } from '../../support/constantEngine.ts'
import { never, prepared } from './prepared.ts'

const seed = Math.floor(Math.random() * 1e9)
const factors = 3

/** Rows that spread along `factors` random directions, and a tenth as far in every other. */
function spreadRows(rows: number, columns: number): Matrix {
  const random = seededRandom(seed, 'spread rows')
  const normals = (count: number) => {
    const values = new Float32Array(count)
    fillNormals(values, random, 1)
    return values
  }
  const directions = normals(factors * columns)
  const places = normals(rows * factors)
  const values = normals(rows * columns)
  for (let cell = 0; cell < values.length; cell += 1) {
    const [row, column] = [Math.floor(cell / columns), cell % columns]
    let sum = 0.1 * (values[cell] ?? 0)
    for (let factor = 0; factor < factors; factor += 1)
      sum +=
        (factor + 1) * (places[row * factors + factor] ?? 0) * (directions[factor * columns + column] ?? 0)
    values[cell] = sum
  }
  return { rows, columns, values }
}

type Axes = readonly ArrayLike<number>[]
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (entry, index) => entry * (b[index] ?? 0)).reduce((sum, one) => sum + one, 0)

/**
 * Upper bound of the largest principal angle between two spans, in degrees: its sine is at most the root of the squared
 * lengths of what one's axes have outside of the other.
 */
function widestAngle(axes: Axes, others: Axes): number {
  const outside = axes.reduce(
    (sum, axis) => sum + 1 - others.reduce((inside, other) => inside + dot(axis, other) ** 2, 0),
    0,
  )
  return (Math.asin(Math.min(1, Math.sqrt(Math.max(0, outside)))) * 180) / Math.PI
}

const axesOf = async (rows: Matrix, drawFrom: Int32Array | null): Promise<Axes> =>
  (await principalComponents({ rows, drawFrom, count: factors })).components

describe(`the rows that principal components are computed from (seed ${seed})`, () => {
  it('are all that are not held out, up to the limit', () => {
    const drawFrom = Int32Array.of(1, 4, 5, 9)
    expect(componentRows({ rows: 200_000, drawFrom: null, seed })).toBeNull()
    expect(componentRows({ rows: 10, drawFrom, seed, most: 4 })).toBe(drawFrom)
  })

  it('are above it a sample of those not held out: each once, repeated by the seed', () => {
    const drawFrom = Int32Array.from({ length: 5000 }, (_, place) => 2 * place + 1)
    const sample = (of: number) => componentRows({ rows: 10_000, drawFrom, seed: of, most: 700 })
    const chosen = sample(seed) ?? new Int32Array(0)
    expect(chosen).toHaveLength(700)
    expect(new Set(chosen).size).toBe(700)
    expect(chosen.every((row) => row % 2 === 1 && row < 10_000)).toBe(true)
    expect(sample(seed)).toEqual(chosen)
    expect(sample(seed + 1)).not.toEqual(chosen)
    expect(componentRows({ rows: 200_001, drawFrom: null, seed })).toHaveLength(200_000)
  })

  it('give the same components where the sample leaves none out', async () => {
    const rows = spreadRows(2000, 8)
    const all = Int32Array.from({ length: rows.rows }, (_, row) => row)
    const chosen = componentRows({ rows: rows.rows, drawFrom: all, seed, most: rows.rows })
    expect(await principalComponents({ rows, drawFrom: chosen, count: factors })).toEqual(
      await principalComponents({ rows, count: factors }),
    )
  })

  it('give nearly the axes of all rows where the sample is a small part', async () => {
    const rows = spreadRows(60_000, 20)
    const chosen = componentRows({ rows: rows.rows, drawFrom: null, seed, most: 3000 })
    const [part, whole] = [await axesOf(rows, chosen), await axesOf(rows, null)]
    const angle = widestAngle(part, whole)
    expect(angle).toBeGreaterThan(0)
    expect(angle).toBeLessThan(2)
  })

  it('are a sample when a model of more than 200,000 rows is made', async () => {
    const rows = spreadRows(220_000, 6)
    const { encoder } = await prepared(50)
    const { settings, spec } = planModel({
      settings: { flavour: { kind: 'pca' }, code: factors, keepShare: 1, seed },
      rows: rows.rows,
      features: rows.columns,
      hasMissing: false,
    })
    const input = { encoder, settings, spec, matrix: rows, engine: constantEngine(), signal: never }
    const { model } = await trainModel(input)
    // The last parameters are the biases of the output: the means of the rows looked at.
    const { means } = await principalComponents({ rows, count: 1 })
    const found = model.state.weights.slice(-rows.columns)
    expect(found).not.toEqual(Float32Array.from(means))
    const decoder = model.state.weights.slice(-(factors + 1) * rows.columns, -rows.columns)
    const axes = Array.from({ length: factors }, (_, node) =>
      decoder.subarray(node * rows.columns, (node + 1) * rows.columns),
    )
    expect(widestAngle(axes, await axesOf(rows, null))).toBeLessThan(1)
  })
})
