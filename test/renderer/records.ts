import type {
  Column,
  Dataset,
  Job,
  ModelSummary,
  Project,
  RunSummary,
  ScoredWith,
} from '../../src/contract/records.ts'

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
    flavour: { kind: 'denoising' },
    corruption: { kind: 'gaussian', sigma: 3 },
    corruptionSchedule: 'constant',
    hidden: [64],
    decoder: null,
    code: 2,
    copies: 4,
    steps: 400,
    batchRows: 4,
    learningRate: 0.003,
    learningRateSchedule: 'cosine',
    gradientLimit: null,
    loss: 'squared',
    categoryLoss: 'same',
    rowLoss: 'log1p',
    keepShare: 0.6,
    softClip: true,
    validationShare: 0.1,
    earlyStopping: null,
  },
  stepsDone: 400,
  trainableParameters: 1000,
  seconds: { train: 1, score: 0.1 },
  curve: [],
  phases: [],
  bestStep: null,
  scored: null,
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
  models: [],
  jobs: [],
  undoable: null,
  redoable: null,
  engines: [],
  samples: [],
  warnings: [],
  ...fields,
})

export const modelFile = (fields: Partial<ModelSummary> = {}): ModelSummary => ({
  modelId: 'm1',
  name: 'pumps-model',
  trainedAt: '2026-11-20T12:00:00Z',
  writtenBy: '0.1.0',
  flavour: { kind: 'variational', beta: 1, warmUpShare: 0.5, score: 'reconstruction', samples: 1 },
  columns: [
    { name: 'speed', type: 'number' },
    { name: 'heat', type: 'number' },
  ],
  features: 2,
  rows: 4,
  trainableParameters: 1000,
  threshold: { rule: 'otsu', value: null, cut: 5, flagged: 1 },
  trainingHash: 'ab12',
  ...fields,
})

export const scoredWith = (fields: Partial<ScoredWith> = {}): ScoredWith => ({
  modelName: 'pumps-model',
  modelId: null,
  cut: 1,
  runId: null,
  differences: [],
  drift: {
    columns: [],
    scores: {
      index: 0.02,
      level: 'none',
      flaggedTrained: 0.01,
      flaggedNow: 0.02,
      medianTrained: 1,
      medianNow: 1.5,
    },
  },
  ...fields,
})
