import type { Column, Dataset, Job, Project, RunSummary } from '../../src/contract/records.ts'

// Complete records with as little in them as the types allow; tests change the fields they are about.

export const column = (fields: Partial<Column> & { name: string }): Column => ({
  type: 'number',
  role: 'feature',
  missing: 0,
  distinct: 10,
  minimum: 0,
  maximum: 9,
  mean: 4.5,
  distribution: { kind: 'bins', from: 0, to: 9, counts: [5, 5] },
  ...fields,
})

export const dataset = (fields: Partial<Dataset> = {}): Dataset => ({
  datasetId: 'd1',
  name: 'pumps.csv',
  importedAt: '2026-11-20T12:00:00Z',
  bytes: 1000,
  sha256: '',
  dialect: {
    encoding: 'utf-8',
    delimiter: ',',
    quote: '"',
    hasHeader: true,
    decimalMark: '.',
    skipLines: 0,
    missingMarks: [''],
  },
  rows: 4,
  quarantined: 0,
  issues: 0,
  columns: [column({ name: 'speed' }), column({ name: 'heat' })],
  ...fields,
})

export const run = (fields: Partial<RunSummary> = {}): RunSummary => ({
  runId: 'r1',
  datasetId: 'd1',
  createdAt: '2026-11-20T12:00:00Z',
  state: 'complete',
  engine: 'onnx',
  rows: 4,
  features: 2,
  settings: {
    seed: 1,
    corruption: { kind: 'gaussian', sigma: 3 },
    hidden: [64],
    code: 2,
    copies: 4,
    steps: 400,
    batchRows: 4,
    learningRate: 0.003,
    keepShare: 0.6,
    validationShare: 0.1,
  },
  stepsDone: 400,
  trainableParameters: 1000,
  seconds: { train: 1, score: 0.1 },
  curve: [],
  threshold: { rule: 'otsu', value: null, cut: 5, flagged: 1 },
  suggestions: [],
  labelColumn: null,
  ...fields,
})

export const job = (fields: Partial<Job> = {}): Job => ({
  jobId: 'j1',
  kind: 'training',
  title: 'Train',
  startedAt: '2026-11-20T12:00:00Z',
  phase: 'Training',
  progress: 0.5,
  secondsLeft: 1,
  curve: [],
  status: { state: 'running' },
  ...fields,
})

export const project = (fields: Partial<Project> = {}): Project => ({
  name: 'Pumps',
  folder: '/pumps.residual',
  datasets: [],
  runs: [],
  jobs: [],
  engines: [],
  samples: [],
  warnings: [],
  ...fields,
})
