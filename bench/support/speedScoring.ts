import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { planModel } from '../../src/pipeline/model/plan.ts'
import { openScorer } from '../../src/pipeline/scoring/scorer.ts'
import { trainModel } from '../../src/pipeline/training/train.ts'
import { against } from './bars.ts'
import { numberEncoder } from './encoders.ts'
import { normalRows } from './networks.ts'
import type { PythonPeer } from './python.ts'
import { alternate, type Contender, fastest, milliseconds } from './timing.ts'

const rows = 1_000_000
const features = 32
const torchBatches = [2048, 8192]

/** Scores of a million rows by the recipe's model, beside PyTorch's forward pass and an IsolationForest. */
export async function measureScoring(input: {
  readonly peer: PythonPeer | null
  readonly rounds: number
}): Promise<void> {
  const { peer } = input
  const matrix = normalRows(rows, features)
  const encoder = numberEncoder(features)
  const engine = createOnnxEngine()
  const { signal } = new AbortController()
  const { settings, spec } = planModel({ settings: { steps: 10 }, rows, features, hasMissing: false })
  const { model } = await trainModel({ engine, encoder, settings, spec, matrix, signal })
  const scorer = await openScorer({ engine, model })
  const contenders: Contender[] = [
    {
      name: 'residual',
      // As for PyTorch, once untimed before: whoever came before has filled the caches with its own rows.
      time: async () => {
        await scorer.scoreMatrix(matrix)
        return milliseconds(() => scorer.scoreMatrix(matrix))
      },
    },
    ...(peer ? torchScorings(peer, spec) : []),
  ]
  const times = await alternate(contenders, Math.min(3, input.rounds))
  await scorer.close()
  const own = times.get('residual') ?? Number.NaN
  console.log(`\nScoring ${rows} x ${features} with 4 copies, milliseconds`)
  console.log(`  Residual ${own.toFixed(0)}`)
  if (!peer) return
  const { name, milliseconds: best } = fastest(times, 'torch')
  console.log(
    `  ${name} ${best.toFixed(0)}: ${(best / own).toFixed(2)}x${against('scoring beside PyTorch', best / own, 1.5)}`,
  )
  if (peer.sklearn === null) return console.log('  scikit-learn is missing: IsolationForest is left out')
  const forest: number[] = []
  for (const jobs of [1, 2]) {
    forest.push((await peer.seconds('forest', { rows, features, jobs })) * 1000)
  }
  const fastestForest = Math.min(...forest)
  console.log(
    `  IsolationForest.score_samples ${fastestForest.toFixed(0)}: ${(fastestForest / own).toFixed(1)}x` +
      against('scoring beside IsolationForest', fastestForest / own, 5),
  )
}

function torchScorings(
  peer: PythonPeer,
  { layers, copies }: { readonly layers: readonly number[]; readonly copies: number },
): Contender[] {
  const request = (batched: boolean, threads: number, batchRows: number): Contender => ({
    name: `torch ${batched ? 'batched' : 'copy by copy'}, ${threads} threads, ${batchRows} rows`,
    time: async () => {
      const scoring = { features, layers, copies, rows, batched }
      return (await peer.seconds('score', { scoring, threads, batchRows })) * 1000
    },
  })
  return [false, true].flatMap((batched) =>
    [1, 2].flatMap((threads) => torchBatches.map((batchRows) => request(batched, threads, batchRows))),
  )
}
