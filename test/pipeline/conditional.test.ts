import { expect, it } from 'vitest'
import { autoFlavours } from '../../src/contract/flavours.ts'
import type { Flavour } from '../../src/contract/records.ts'
import { openEngine } from '../../src/engine/engines.ts'
import { fillNormals, seededRandom } from '../../src/engine/random.ts'
import { metricsAt } from '../../src/pipeline/evaluation/evaluate.ts'
import { encodeTable } from '../../src/pipeline/features/encode.ts'
import { detect } from '../../src/pipeline/run.ts'
import { openScorer } from '../../src/pipeline/scoring/scorer.ts'
import { arrayTable } from '../support/arrayTable.ts'

const rows = 1200
const { signal } = new AbortController()

/**
 * Three machines that run at levels of their own. In one row of twenty the readings are those of another machine: each
 * value is common in the table, and odd only for its machine.
 */
function machines(seed: number) {
  const random = seededRandom(seed, 'machines')
  const normals = new Float32Array(3 * rows)
  fillNormals(normals, random, 1)
  const [machine, load, heat, drift]: [string[], number[], number[], number[]] = [[], [], [], []]
  const labels = new Uint8Array(rows)
  for (let row = 0; row < rows; row++) {
    const own = random.integer(3)
    const isOdd = random.uniform() < 0.05
    const level = isOdd ? (own + 1 + random.integer(2)) % 3 : own
    labels[row] = isOdd ? 1 : 0
    machine.push('abc'[own] ?? 'a')
    load.push(6 * level + (normals[row] ?? 0))
    heat.push(5 * ((level * 2) % 3) + (normals[rows + row] ?? 0))
    drift.push(normals[2 * rows + row] ?? 0)
  }
  const table = arrayTable(
    [
      { name: 'machine', cells: machine },
      { name: 'load', cells: load },
      { name: 'heat', cells: heat },
      { name: 'drift', cells: drift },
    ],
    256,
  )
  return { table, labels }
}

async function judged(flavour: Flavour, seed: number) {
  const { table, labels } = machines(seed)
  const engine = await openEngine('onnx')
  const found = await detect({ table, engine, settings: { flavour, seed }, signal })
  const metrics = metricsAt({
    sorted: found.sorted,
    labels: Uint8Array.from(found.order, (row) => labels[row] ?? 0),
    cut: found.threshold.cut,
  })
  return { found, table, engine, auroc: metrics?.auroc ?? 0 }
}

it('judges a row as normal for its context, and gives the context no share of the score', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  const { context: _context, ...variational } = autoFlavours.conditional
  const alone = await judged({ ...variational, kind: 'variational' }, seed)
  const conditional = await judged({ ...autoFlavours.conditional, context: ['machine'] }, seed)
  const denoising = await judged({ kind: 'denoising' }, seed)
  const found = `seed ${seed}: ${conditional.auroc}, variational ${alone.auroc}, denoising ${denoising.auroc}`
  expect(conditional.auroc, found).toBeGreaterThan(0.85)
  expect(conditional.auroc, found).toBeGreaterThan(0.03 + Math.max(alone.auroc, denoising.auroc))
  const { model } = conditional.found
  const matrix = await encodeTable({ table: conditional.table, encoder: model.encoder, signal })
  const scorer = await openScorer({ engine: conditional.engine, model })
  const { shares } = await scorer.judge({
    rows: 5,
    columns: matrix.columns,
    values: matrix.values.slice(0, 5 * matrix.columns),
  })
  await scorer.close()
  expect(Array.from({ length: 5 }, (_, row) => shares[row * 4])).toEqual([0, 0, 0, 0, 0])
})
