import { Matrix as Dense, EigenvalueDecomposition, SingularValueDecomposition } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { fillNormals, seededRandom } from '../../src/engine/random.ts'
import { exampleSpec } from './examples.ts'

describe('a trained linear autoencoder', () => {
  it('spans the subspace of the leading principal components', async () => {
    const [count, features, nodes] = [600, 6, 2]
    const rows = spreadRows(count, features)
    const spec = exampleSpec({
      features,
      layers: [nodes],
      codeLayer: 0,
      copies: 1,
      activation: 'linear',
      corruption: { kind: 'none' },
      inputDivisor: 1,
      rowLoss: 'mean',
      trim: { keepShare: 1, warmUpShare: 0 },
      initialScales: [1, 1],
      schedule: { ...exampleSpec().schedule, steps: 3000, peakLearningRate: 0.02 },
      batchRows: 200,
    })
    const session = await createOnnxEngine().open(spec, rows)
    await session.train(3000)
    const { weights } = session.state()
    await session.close()
    const decoder = weights.subarray(features * nodes + nodes, 2 * features * nodes + nodes)
    const learned = Array.from({ length: nodes }, (_, node) => [
      ...decoder.slice(node * features, (node + 1) * features),
    ])
    const cosines = new SingularValueDecomposition(
      new Dense(orthonormal(learned)).mmul(new Dense(principal(rows, nodes)).transpose()),
    ).diagonal
    // Cosines of the principal angles: within 3 degrees.
    for (const cosine of cosines) expect(cosine).toBeGreaterThan(Math.cos((3 * Math.PI) / 180))
  })
})

/** Rows whose spread falls from direction to direction, the directions lying across the features. */
function spreadRows(count: number, features: number): Matrix {
  const normals = new Float32Array(count * features)
  fillNormals(normals, seededRandom(4, 'spread rows'), 1)
  const deviations = [3, 2, 0.5, 0.4, 0.3, 0.2]
  const values = new Float32Array(count * features)
  for (let row = 0; row < count; row += 1) {
    for (let feature = 0; feature < features; feature += 1) {
      let sum = 0
      for (let direction = 0; direction < features; direction += 1) {
        // A discrete cosine basis: orthonormal, and no direction is a feature.
        const scale = direction === 0 ? Math.sqrt(1 / features) : Math.sqrt(2 / features)
        const entry = scale * Math.cos((Math.PI * (feature + 0.5) * direction) / features)
        sum += (normals[row * features + direction] ?? 0) * (deviations[direction] ?? 0) * entry
      }
      values[row * features + feature] = sum
    }
  }
  return { rows: count, columns: features, values }
}

function principal({ rows, columns, values }: Matrix, count: number): number[][] {
  const table = new Dense(
    Array.from({ length: rows }, (_, row) => [...values.slice(row * columns, (row + 1) * columns)]),
  )
  const centred = table.subRowVector(table.mean('column'))
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(
    centred.transpose().mmul(centred),
    { assumeSymmetric: true },
  )
  return realEigenvalues
    .map((value, index) => ({ value, vector: eigenvectorMatrix.getColumn(index) }))
    .toSorted((a, b) => b.value - a.value)
    .slice(0, count)
    .map(({ vector }) => vector)
}

/** Gram and Schmidt. */
function orthonormal(vectors: readonly number[][]): number[][] {
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, x, at) => sum + x * (b[at] ?? 0), 0)
  const done: number[][] = []
  for (const vector of vectors) {
    let rest = vector
    for (const each of done) {
      const along = dot(rest, each)
      rest = rest.map((value, at) => value - along * (each[at] ?? 0))
    }
    done.push(rest.map((value) => value / Math.sqrt(dot(rest, rest))))
  }
  return done
}
