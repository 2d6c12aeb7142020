import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { Matrix, ModelSpec } from '../../src/engine/engine.ts'
import { fitPrincipalComponents, principalComponents } from '../../src/engine/principalComponents.ts'
import { fillNormals, seededRandom } from '../../src/engine/random.ts'
import { exampleSpec, relativeError } from './examples.ts'

const pcaSpec = (features: number, code: number): ModelSpec =>
  exampleSpec({
    features,
    copies: 1,
    layers: [code],
    codeLayer: 0,
    activation: 'linear',
    initialScales: [1, 1],
    inputDivisor: 1,
    corruption: { kind: 'none' },
  })

const matrix = (rows: readonly (readonly number[])[]): Matrix => ({
  rows: rows.length,
  columns: rows[0]?.length ?? 0,
  values: Float32Array.from(rows.flat()),
})

/** Normal rows whose features depend on `factors` hidden numbers, the first ones most, and on noise. */
function mixedRows(input: {
  readonly rows: number
  readonly features: number
  readonly factors: number
  readonly seed: number
}): Matrix {
  const { rows, features, factors, seed } = input
  const random = seededRandom(seed, 'mixed rows')
  const normals = (count: number) => {
    const values = new Float32Array(count)
    fillNormals(values, random, 1)
    return values
  }
  const mixing = normals(factors * features)
  const hidden = normals(rows * factors)
  const values = normals(rows * features).map((value) => 0.3 * value)
  for (let row = 0; row < rows; row += 1) {
    for (let factor = 0; factor < factors; factor += 1) {
      const weight = (hidden[row * factors + factor] ?? 0) * (1 + 3 / (1 + factor))
      for (let feature = 0; feature < features; feature += 1) {
        values[row * features + feature] =
          (values[row * features + feature] ?? 0) + weight * (mixing[factor * features + feature] ?? 0)
      }
    }
  }
  for (let feature = 0; feature < features; feature += 1)
    for (let row = 0; row < rows; row += 1)
      values[row * features + feature] = (values[row * features + feature] ?? 0) + feature
  return { rows, columns: features, values }
}

const cosine = (a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): number =>
  Math.abs(
    Array.from(a ?? [], (entry, index) => entry * (b?.[index] ?? 0)).reduce((sum, one) => sum + one, 0),
  )

describe('principal components', () => {
  it('of four points on a cross are its axes', async () => {
    // Centre (1, 2); along (3, 4) / 5 at distance 5 both ways, across it at distance 1.
    const rows = matrix([
      [1 + 3, 2 + 4],
      [1 - 3, 2 - 4],
      [1 - 0.8, 2 + 0.6],
      [1 + 0.8, 2 - 0.6],
    ])
    const { means, components, variances, totalVariance } = await principalComponents({ rows, count: 2 })
    expect(relativeError(means, [1, 2])).toBeLessThan(1e-6)
    expect(relativeError(components[0] ?? [], [0.6, 0.8])).toBeLessThan(1e-6)
    expect(relativeError(components[1] ?? [], [0.8, -0.6])).toBeLessThan(1e-6)
    expect(relativeError(variances, [50 / 3, 2 / 3])).toBeLessThan(1e-6)
    expect(totalVariance).toBeCloseTo(52 / 3, 5)
  })

  it('count missing cells as 0 and look only at the rows asked for', async () => {
    const rows = matrix([
      [1, Number.NaN],
      [100, 100],
      [-1, 0],
    ])
    const { means, components, variances } = await principalComponents({
      rows,
      count: 1,
      drawFrom: Int32Array.of(0, 2),
    })
    expect([...means]).toEqual([0, 0])
    expect(components).toEqual([Float64Array.of(1, 0)])
    expect(variances).toEqual([2])
  })

  it('are the same whether the whole covariance is decomposed or its leading part is sought', async () => {
    const small = mixedRows({ rows: 150, features: 90, factors: 6, seed: 1 })
    const whole = await principalComponents({ rows: small, count: 4 })
    // The same rows beside constant features are wide enough for the other way.
    const values = new Float32Array(150 * 400).fill(7)
    for (let row = 0; row < 150; row += 1)
      values.set(small.values.subarray(row * 90, (row + 1) * 90), row * 400)
    const sought = await principalComponents({ rows: { rows: 150, columns: 400, values }, count: 4 })
    expect(relativeError(sought.variances, whole.variances)).toBeLessThan(1e-9)
    for (const [index, component] of whole.components.entries()) {
      expect(relativeError(sought.components[index]?.subarray(0, 90) ?? [], component)).toBeLessThan(1e-5)
    }
  })

  it('of pure noise, where nothing stands out, are still eigenvectors at right angles', async () => {
    const seed = Math.floor(Math.random() * 1e6)
    const rows: Matrix = { rows: 60, columns: 300, values: new Float32Array(60 * 300) }
    fillNormals(rows.values, seededRandom(seed, 'noise'), 1)
    const found = await principalComponents({ rows, count: 5 })
    const all = await principalComponents({ rows, count: 80 })
    expect(relativeError(found.variances, all.variances.slice(0, 5)), `seed ${seed}`).toBeLessThan(1e-9)
    for (const [index, component] of found.components.entries()) {
      expect(cosine(component, component), `seed ${seed}`).toBeCloseTo(1, 9)
      expect(cosine(component, found.components[index + 1] ?? new Float64Array(300))).toBeLessThan(1e-9)
    }
  })

  it('can be more than there are rows: the rest have no spread', async () => {
    const { components, variances } = await principalComponents({
      rows: matrix([
        [1, 2, 3],
        [3, 2, 1],
      ]),
      count: 9,
    })
    expect(components.length).toBe(3)
    expect(variances[0]).toBeCloseTo(4, 6)
    expect(Math.max(...variances.slice(1))).toBeLessThan(1e-9)
  })

  it('end when cancelled', async () => {
    const rows = mixedRows({ rows: 20, features: 4, factors: 1, seed: 2 })
    const controller = new AbortController()
    controller.abort()
    await expect(principalComponents({ rows, count: 1, signal: controller.signal })).rejects.toThrow('abort')
  })

  it('agree with scikit-learn', async (test) => {
    const seed = Math.floor(Math.random() * 1e6)
    const tables = [
      { count: 5, rows: mixedRows({ rows: 120, features: 20, factors: 8, seed }) },
      { count: 6, rows: mixedRows({ rows: 120, features: 300, factors: 8, seed }) },
    ]
    const script = [
      'import sys, json, numpy as np',
      'from sklearn.decomposition import PCA',
      'def fit(count, rows):',
      '  fitted = PCA(count, svd_solver="full").fit(np.array(rows["values"]).reshape(rows["rows"], rows["columns"]))',
      '  return [fitted.explained_variance_.tolist(), fitted.components_.tolist()]',
      'print(json.dumps([fit(**table) for table in json.load(sys.stdin)]))',
    ].join('\n')
    const input = JSON.stringify(
      tables.map(({ count, rows }) => ({ count, rows: { ...rows, values: [...rows.values] } })),
    )
    const { status, stdout, stderr } = spawnSync('python3', ['-c', script], { input, maxBuffer: 1e8 })
    if (status === null || /ModuleNotFoundError/.test(String(stderr)))
      test.skip('Python with scikit-learn is not here: nothing was compared')
    const answers: [number[], number[][]][] = JSON.parse(String(stdout))
    expect(answers.length).toBe(tables.length)
    for (const [index, { count, rows }] of tables.entries()) {
      const [variances, components] = answers[index] ?? [[], []]
      const found = await principalComponents({ rows, count })
      expect(relativeError(found.variances, variances), `seed ${seed}`).toBeLessThan(1e-8)
      for (const [place, component] of components.entries())
        expect(cosine(found.components[place], component), `seed ${seed}`).toBeCloseTo(1, 8)
    }
  }, 180_000)
})

describe('a model of exact principal components', () => {
  it('codes V^T (x - mean) and reconstructs mean + V V^T (x - mean)', async () => {
    const rows = matrix([
      [1 + 3, 2 + 4],
      [1 - 3, 2 - 4],
      [1 - 0.8, 2 + 0.6],
      [1 + 0.8, 2 - 0.6],
    ])
    const { weights } = await fitPrincipalComponents({
      spec: { ...pcaSpec(2, 1), inputDivisor: 2 },
      rows,
      keepShare: 1,
    })
    // Encoder (times the divisor), minus direction . mean, decoder, mean.
    expect(relativeError(weights, [1.2, 1.6, -2.2, 0.6, 0.8, 1, 2])).toBeLessThan(1e-6)
  })

  it('is not drawn towards rows that do not fit when it trims', async () => {
    const values = mixedRows({ rows: 100, features: 4, factors: 1, seed: 5 }).values
    const clean = await principalComponents({ rows: { rows: 100, columns: 4, values }, count: 1 })
    const direction = clean.components[0] ?? new Float64Array(4)
    const across = [-(direction[1] ?? 0), direction[0] ?? 0, 0, 0]
    // Every tenth row lies far out, across the direction of the others.
    const spoilt = Float32Array.from(values)
    for (let row = 0; row < 100; row += 10)
      for (let feature = 0; feature < 4; feature += 1)
        spoilt[row * 4 + feature] =
          (spoilt[row * 4 + feature] ?? 0) + 60 * (across[feature] ?? 0) * (row % 20 === 0 ? 1 : -1)
    const rows = { rows: 100, columns: 4, values: spoilt }
    const spec = pcaSpec(4, 1)
    const decoder = ({ weights }: { weights: Float32Array }) => Float64Array.from(weights.subarray(5, 9))
    const plain = decoder(await fitPrincipalComponents({ spec, rows, keepShare: 1 }))
    const trimmed = decoder(await fitPrincipalComponents({ spec, rows, keepShare: 0.65 }))
    expect(cosine(plain, direction)).toBeLessThan(0.5)
    expect(cosine(trimmed, direction)).toBeGreaterThan(0.99)
  })

  it('is repeated exactly', async () => {
    const rows = mixedRows({ rows: 80, features: 300, factors: 3, seed: 9 })
    const [first, second] = [
      await fitPrincipalComponents({ spec: pcaSpec(300, 4), rows, keepShare: 0.7 }),
      await fitPrincipalComponents({ spec: pcaSpec(300, 4), rows, keepShare: 0.7 }),
    ]
    expect(second).toEqual(first)
    expect(first.step).toBe(40)
  })
})
