import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import type { ModelSpec, Session } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { openSession } from '../../src/engine/session.ts'
import { tensorflowExecutor } from '../../src/engine/tensorflowExecutor.ts'
import { against } from './bars.ts'
import type { MachineRates } from './machine.ts'
import { modelSpec, type Network, networks, normalRows } from './networks.ts'
import type { PythonPeer } from './python.ts'
import { alternate, type Contender, fastest, milliseconds } from './timing.ts'

const rows = 2000

/** Steps of each network, one line each, with what the machine would need at least. */
export async function measureSteps(input: {
  readonly peer: PythonPeer | null
  readonly machine: MachineRates
  readonly rounds: number
}): Promise<void> {
  const { peer, machine, rounds } = input
  setThreadsCount(1)
  await tf.setBackend('wasm')
  console.log('\nTraining step, milliseconds: noise, log1p rows, trimming, Adam (plain: MSE and Adam alone)')
  for (const network of networks) {
    const spec = modelSpec(network)
    const matrix = normalRows(rows, network.features)
    const onnx = await createOnnxEngine().open(spec, matrix)
    const wasm = await openSession(tensorflowExecutor('wasm'), spec, matrix)
    const [steps, wasmSteps] = network.steps
    const contenders: Contender[] = [
      {
        name: 'residual',
        time: () => stepTime(onnx, steps),
      },
      {
        name: 'wasm',
        time: () => stepTime(wasm, wasmSteps),
      },
      ...(peer ? torchSteps(peer, network, steps) : []),
    ]
    const times = await alternate(contenders, rounds)
    await onnx.close()
    await wasm.close()
    print(network, spec, times, machine)
  }
}

/** Untimed steps before timed ones, as a share: whoever was timed before has left caches and threads to itself. */
const warmUpShare = 0.25

const warmUpSteps = (steps: number): number => Math.ceil(warmUpShare * steps)

async function stepTime(session: Session, steps: number): Promise<number> {
  await session.train(warmUpSteps(steps))
  return (await milliseconds(() => session.train(steps))) / steps
}

/** PyTorch with one thread and two, with every eager form of its Adam, with the recipe's loss and a plain one. */
function torchSteps(peer: PythonPeer, network: Network, steps: number): Contender[] {
  const { features, layers, copies, batchRows } = network
  const count = Math.ceil(steps / 3)
  const warmUp = warmUpSteps(count)
  return ['recipe', 'plain'].flatMap((loss) =>
    [1, 2].flatMap((threads) =>
      ['foreach', 'fused', 'single'].map((adam): Contender => {
        const shape = { features, layers, copies, batch_rows: batchRows }
        const training = { ...shape, rows, steps: 1_000_000, recipe: loss === 'recipe', adam }
        return {
          name: `torch ${loss}, ${threads} threads, ${adam} Adam`,
          time: async () =>
            ((await peer.seconds('steps', { training, threads, warmUp, count })) * 1000) / count,
        }
      }),
    ),
  )
}

function print(
  network: Network,
  spec: ModelSpec,
  times: ReadonlyMap<string, number>,
  machine: MachineRates,
): void {
  const shape = [network.features, ...network.layers, network.features].join('-')
  const own = times.get('residual') ?? Number.NaN
  const wasm = times.get('wasm') ?? Number.NaN
  console.log(`${shape}, batch ${network.batchRows}, copies ${network.copies}`)
  console.log(`  Residual ${own.toFixed(3)}`)
  const beside = (peer: string, ratio: number, bar: number | undefined) =>
    against(`step ${shape} beside ${peer}`, ratio, bar)
  const faster = wasm / own
  console.log(
    `  WebAssembly ${wasm.toFixed(2)}: ${faster.toFixed(1)}x${beside('WebAssembly', faster, network.bars?.wasm)}`,
  )
  for (const loss of ['recipe', 'plain']) {
    const { name, milliseconds: best } = fastest(times, `torch ${loss}`)
    if (name === '') continue
    const wanted = loss === 'recipe' ? beside('PyTorch', best / own, network.bars?.torch) : ''
    console.log(`  ${name} ${best.toFixed(3)}: ${(best / own).toFixed(2)}x${wanted}`)
  }
  const { operations, adamBytes } = leastWork(spec)
  const floor = [operations / machine.operations, adamBytes / machine.bytes].map((seconds) => seconds * 1000)
  const rate = (100 * operations) / (own / 1000) / machine.operations
  console.log(
    `  floor: products ${floor[0]?.toFixed(3)} (${(operations / 1e6).toFixed(0)} Mflop), ` +
      `Adam ${floor[1]?.toFixed(3)} (${(adamBytes / 1e6).toFixed(2)} MB); ` +
      `${rate.toFixed(0)} % of the product rate${beside('the product rate', rate, network.bars?.rate)}`,
  )
}

/**
 * Operations of a step's matrix products: forward, and both gradients of each layer, of which the first needs none
 * for its input. Bytes that Adam has to move: gradient, weights and both moments in, all but the gradient out.
 */
function leastWork({ features, layers, copies, batchRows }: ModelSpec): {
  operations: number
  adamBytes: number
} {
  const sides = [features, ...layers, features]
  const sizes = sides.slice(1).map((side, index) => side * (sides[index] ?? 0))
  const weights = sizes.reduce((sum, size) => sum + size, 0)
  const operations = 2 * batchRows * copies * (3 * weights - (sizes[0] ?? 0))
  return { operations, adamBytes: 7 * 4 * copies * (weights + sides.slice(1).reduce((a, b) => a + b, 0)) }
}
