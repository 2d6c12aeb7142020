import type { Matrix, ModelSpec } from '../../src/engine/engine.ts'
import { fillNormals, seededRandom } from '../../src/engine/random.ts'

export interface Network {
  readonly features: number
  readonly layers: readonly number[]
  readonly copies: number
  readonly batchRows: number
  /** Steps timed together on ONNX Runtime and on WebAssembly. */
  readonly steps: readonly [number, number]
  /** How many times faster than each of these, and the share of the machine's rate of products, it is held to. */
  readonly bars?: { readonly torch?: number; readonly wasm?: number; readonly rate?: number }
}

export const networks: readonly Network[] = [
  {
    features: 32,
    layers: [64, 32, 8, 32, 64],
    copies: 1,
    batchRows: 256,
    steps: [100, 10],
    bars: { torch: 3, wasm: 15 },
  },
  {
    features: 784,
    layers: [256, 64, 256],
    copies: 1,
    batchRows: 256,
    steps: [11, 1],
    bars: { torch: 1.3, wasm: 25, rate: 50 },
  },
  { features: 30, layers: [64, 8, 64], copies: 4, batchRows: 256, steps: [50, 5] },
  { features: 1555, layers: [64, 8, 64], copies: 2, batchRows: 128, steps: [6, 1] },
]

export function modelSpec({ features, layers, copies, batchRows }: Network): ModelSpec {
  return {
    features,
    context: [],
    copies,
    layers,
    codeLayer: Math.floor(layers.length / 2),
    code: { kind: 'plain' },
    activation: 'silu',
    initialScales: [1, ...layers.map((_, index) => (index + 1 === layers.length ? 0.01 : 1.96))],
    inputDivisor: Math.sqrt(10),
    corruption: { kind: 'gaussian', sigma: 3 },
    corruptionSchedule: 'constant',
    cellLoss: 'squared',
    categories: [],
    ranges: null,
    rowLoss: 'log1p',
    trim: { keepShare: 0.65, warmUpShare: 0.1 },
    optimiser: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, gradientLimit: null },
    schedule: {
      steps: 1_000_000,
      pretrainingSteps: 0,
      peakLearningRate: 3e-3,
      warmUpShare: 0.1,
      shape: 'cosine',
    },
    batchRows,
    seed: 1,
    hasMissing: false,
  }
}

/** Seeded normal rows. */
export function normalRows(rows: number, columns: number): Matrix {
  const values = new Float32Array(rows * columns)
  fillNormals(values, seededRandom(1, 'benchmark rows'), 1)
  return { rows, columns, values }
}
