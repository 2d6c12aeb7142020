import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { planModel } from '../../src/pipeline/model/plan.ts'
import { trainModel } from '../../src/pipeline/training/train.ts'
import { against } from './bars.ts'
import { numberEncoder } from './encoders.ts'
import { normalRows } from './networks.ts'
import type { PythonPeer } from './python.ts'
import { alternate, type Contender, fastest, milliseconds } from './timing.ts'

const rows = 10_000
const features = 30

/** The recipe's whole training of a table, compiling included, beside the same 400 steps in PyTorch. */
export async function measureTraining(input: {
  readonly peer: PythonPeer | null
  readonly rounds: number
}): Promise<void> {
  const { peer, rounds } = input
  const matrix = normalRows(rows, features)
  const encoder = numberEncoder(features)
  const engine = createOnnxEngine()
  const residual = (name: string, validationShare: number): Contender => ({
    name,
    time: () => {
      const { settings, spec } = planModel({
        settings: { validationShare },
        rows,
        features,
        hasMissing: false,
      })
      const { signal } = new AbortController()
      return milliseconds(() => trainModel({ engine, encoder, settings, spec, matrix, signal }))
    },
  })
  const times = await alternate(
    [residual('residual', 0), residual('with validation', 0.1), ...(peer ? torchTrainings(peer) : [])],
    rounds,
  )
  const own = times.get('residual') ?? Number.NaN
  console.log(`\nWhole training of ${rows} x ${features}, 400 steps of 4 copies, milliseconds`)
  console.log(`  Residual, compiling included ${own.toFixed(0)}`)
  console.log(
    `  the same with Auto's validation curve ${(times.get('with validation') ?? Number.NaN).toFixed(0)}`,
  )
  const { name, milliseconds: best } = fastest(times, 'torch')
  if (!peer) return
  const wanted = against('training beside PyTorch', best / own, 2)
  console.log(`  ${name} ${best.toFixed(0)}: ${(best / own).toFixed(2)}x${wanted}`)
}

function torchTrainings(peer: PythonPeer): Contender[] {
  const training = {
    features,
    layers: [64, 8, 64],
    copies: 4,
    batch_rows: 256,
    rows,
    steps: 400,
    recipe: true,
  }
  return [1, 2].flatMap((threads) =>
    ['foreach', 'fused'].map(
      (adam): Contender => ({
        name: `torch batched matmul, ${threads} threads, ${adam} Adam`,
        time: async () =>
          (await peer.seconds('whole_training', { training: { ...training, adam }, threads })) * 1000,
      }),
    ),
  )
}
