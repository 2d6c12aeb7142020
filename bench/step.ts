// One training step on ONNX Runtime beside the same program on TensorFlow.js's WebAssembly backend.
// Rounds alternate between the two, so that whatever else the machine does hits both alike.
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import type { Matrix, ModelSpec, Session } from '../src/engine/engine.ts'
import { createOnnxEngine } from '../src/engine/onnxEngine.ts'
import { fillNormals, seededRandom } from '../src/engine/random.ts'
import { openSession } from '../src/engine/session.ts'
import { tensorflowExecutor } from '../src/engine/tensorflowExecutor.ts'

interface Network {
  readonly features: number
  readonly layers: readonly number[]
  readonly copies: number
  readonly batchRows: number
  /** Steps timed together on ONNX Runtime and on WebAssembly. */
  readonly steps: readonly [number, number]
}

const networks: readonly Network[] = [
  { features: 32, layers: [64, 32, 8, 32, 64], copies: 1, batchRows: 256, steps: [100, 10] },
  { features: 784, layers: [256, 64, 256], copies: 1, batchRows: 256, steps: [6, 1] },
  { features: 21, layers: [64, 7, 64], copies: 4, batchRows: 256, steps: [50, 5] },
  { features: 1555, layers: [64, 8, 64], copies: 2, batchRows: 128, steps: [6, 1] },
]

function modelSpec({ features, layers, copies, batchRows }: Network): ModelSpec {
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
    trim: { keepShare: 0.6, warmUpShare: 0.1 },
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

function normalRows(rows: number, columns: number): Matrix {
  const values = new Float32Array(rows * columns)
  fillNormals(values, seededRandom(1, 'benchmark rows'), 1)
  return { rows, columns, values }
}

/** Milliseconds a step. */
async function timeSteps(session: Session, steps: number): Promise<number> {
  const start = performance.now()
  await session.train(steps)
  return (performance.now() - start) / steps
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const rounds = Number(process.argv[2] ?? 15)
setThreadsCount(1)
await tf.setBackend('wasm')

console.log(
  'Median milliseconds a step over',
  rounds,
  'alternating rounds; WebAssembly with SIMD, one thread.',
)
for (const network of networks) {
  const spec = modelSpec(network)
  const rows = normalRows(2000, network.features)
  const onnx = await createOnnxEngine().open(spec, rows)
  const wasm = await openSession(tensorflowExecutor('wasm'), spec, rows)
  const times: [number[], number[]] = [[], []]
  await timeSteps(onnx, network.steps[0])
  await timeSteps(wasm, network.steps[1])
  for (let round = 0; round < rounds; round += 1) {
    times[0].push(await timeSteps(onnx, network.steps[0]))
    times[1].push(await timeSteps(wasm, network.steps[1]))
  }
  const [fast, slow] = [median(times[0]), median(times[1])]
  const shape = [network.features, ...network.layers, network.features].join('-')
  console.log(
    `${shape}, batch ${network.batchRows}, copies ${network.copies}: ` +
      `onnx ${fast.toFixed(3)} (best ${Math.min(...times[0]).toFixed(3)}), ` +
      `wasm ${slow.toFixed(2)}, ratio ${(slow / fast).toFixed(1)}`,
  )
  await onnx.close()
  await wasm.close()
}
