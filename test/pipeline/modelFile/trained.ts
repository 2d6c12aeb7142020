import type { TrainingSettings } from '../../../src/contract/records.ts'
import { openEngine } from '../../../src/engine/engines.ts'
import { seededRandom } from '../../../src/engine/random.ts'
import type { Table } from '../../../src/pipeline/dataset/table.ts'
import { type ModelFile, trainingHash } from '../../../src/pipeline/modelFile/modelFile.ts'
import { detect } from '../../../src/pipeline/run.ts'
import { fitReference } from '../../../src/pipeline/scoring/reference.ts'
import { type ArrayColumn, arrayTable } from '../../support/arrayTable.ts'

/** A table with every kind of column and with missing cells. */
export function mixedTable(rows: number, seed: number): Table {
  const random = seededRandom(seed, 'mixed table')
  const cells = <T>(draw: (row: number) => T | null) => Array.from({ length: rows }, (_, row) => draw(row))
  const start = Date.UTC(2023, 0, 30)
  const begins = cells(() => (random.uniform() < 0.1 ? null : start + Math.floor(random.uniform() * 5e10)))
  const columns: ArrayColumn[] = [
    { name: 'speed', cells: cells((row) => (row === 5 ? 1e300 : 1e6 + random.uniform())) },
    {
      name: 'place',
      cells: cells(() => ['north', 'südlich', 'o\'Neil "x"', null][random.integer(4)] ?? null),
    },
    { name: 'score', cells: cells((row) => (row % 7 === 0 ? null : -1 * random.uniform() ** 3)) },
    { name: 'begin', type: 'date-time', cells: begins },
    {
      name: 'end',
      type: 'date-time',
      cells: begins.map((moment) => (moment === null ? null : moment + Math.floor(random.uniform() * 6e5))),
    },
    { name: 'mostly nothing', cells: cells((row) => (row % 3 === 0 ? 4 : null)) },
    { name: 'many', cells: cells((row) => (row % 2 === 0 ? `own ${row}` : 'shared')) },
  ]
  return arrayTable(columns)
}

/** Trains on a table and sums it up as a model file. */
export async function trainedFile(
  table: Table,
  settings: Partial<TrainingSettings> = {},
): Promise<ModelFile & { readonly scores: Float32Array }> {
  const { signal } = new AbortController()
  const engine = await openEngine('onnx')
  const found = await detect({ table, engine, settings: { steps: 30, hidden: [12], ...settings }, signal })
  const { model, threshold, scores, sorted } = found
  return {
    model,
    threshold,
    scores,
    name: 'a model',
    trainedAt: '2026-11-20T17:00:00.000Z',
    writtenBy: '0.1.0',
    trainingHash: await trainingHash({
      dataHash: '00'.repeat(32),
      settings: model.settings,
      weights: model.state.weights,
    }),
    reference: await fitReference({ table, encoder: model.encoder, sorted, threshold, signal }),
  }
}

/** Every kind of network, code, loss and score, with settings that differ from Auto's where that changes the file. */
export const flavours: Readonly<Record<string, Partial<TrainingSettings>>> = {
  denoising: {},
  'undercomplete, without soft clip': {
    flavour: { kind: 'undercomplete' },
    corruption: { kind: 'none' },
    softClip: false,
  },
  'overcomplete, absolute error': { flavour: { kind: 'overcomplete' }, loss: 'absolute' },
  'sparse (L1), Huber': { flavour: { kind: 'sparse', penalty: 'l1', weight: 0.01 }, loss: 'huber' },
  'sparse (KL), log-cosh': {
    flavour: { kind: 'sparse', penalty: 'kl', weight: 0.1, target: 0.1 },
    loss: 'log-cosh',
  },
  'contractive, softmax': { flavour: { kind: 'contractive', weight: 0.1 }, categoryLoss: 'softmax' },
  'variational, scored by its mean code': {
    flavour: { kind: 'variational', beta: 0.1, warmUpShare: 0.2, score: 'reconstruction', samples: 1 },
  },
  'variational, scored by the bound': {
    flavour: { kind: 'variational', beta: 0.1, warmUpShare: 0.2, score: 'elbo', samples: 3 },
  },
  'conditional, scored by the bound': {
    flavour: {
      kind: 'conditional',
      context: ['place', 'score'],
      beta: 0.1,
      warmUpShare: 0,
      score: 'elbo',
      samples: 2,
    },
  },
  linear: { flavour: { kind: 'linear' }, hidden: [] },
  'principal components': { flavour: { kind: 'pca' }, hidden: [] },
  stacked: { flavour: { kind: 'stacked', pretrainingShare: 0.4 } },
  'binary cross-entropy': { loss: 'binary-cross-entropy' },
  'Gaussian likelihood': { loss: 'gaussian-likelihood' },
}
