// Whether the native TensorFlow, where it can be built, trains every flavour as the reference does; and how fast.
// Usage: npm run bench:tensorflow
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cellLosses } from '../src/contract/choices.ts'
import type { Engine, Matrix, Session } from '../src/engine/engine.ts'
import { openEngine } from '../src/engine/engines.ts'
import { loadTensorflowEngine, tensorflowStatus } from '../src/engine/tensorflowEngine.ts'
import { relativeError } from '../test/engine/examples.ts'
import { cancels, corruptions, flavourSpec, flavours } from '../test/engine/flavours.ts'
import { modelSpec, networks, normalRows } from './support/networks.ts'
import { buildTensorflowAddon } from './support/tensorflowAddon.ts'
import { alternate, milliseconds } from './support/timing.ts'

const steps = 20
const bar = 1e-4

const folder = mkdtempSync(join(tmpdir(), 'residual-tensorflow-'))
try {
  const home = tensorflowStatus().available ? undefined : buildTensorflowAddon(folder)
  const tensorflow = await loadTensorflowEngine(home)
  await compareFlavours(tensorflow, await openEngine('reference'))
  await compareSpeed(tensorflow, await openEngine('onnx'))
} finally {
  rmSync(folder, { recursive: true })
}

/** Largest relative error over losses, weights and scores of every flavour, corruption and loss. */
async function compareFlavours(native: Engine, reference: Engine): Promise<void> {
  let turn = 0
  let [failed, excused] = [0, 0]
  for (const flavour of Object.keys(flavours)) {
    let worst = 0
    for (const corruption of corruptions) {
      for (const loss of cellLosses) {
        const { spec, rows } = flavourSpec(flavour, corruption, loss, turn)
        turn += 1
        const open = async (engine: Engine) => twentySteps(await engine.open(spec, rows), rows)
        const [actual, expected] = [await open(native), await open(reference)]
        const error = Math.max(...actual.map((values, index) => relativeError(values, expected[index] ?? [])))
        if (!(error < bar)) {
          console.log(`  ${flavour}, ${corruption.kind}, ${loss}: ${error.toExponential(1)}`)
          if (cancels(loss)) excused += 1
          else failed += 1
        }
        worst = Math.max(worst, error)
      }
    }
    console.log(`${flavour.padEnd(24)} largest relative error after ${steps} steps ${worst.toExponential(1)}`)
  }
  // Gradients of absolute errors are sums of signs, which can cancel down to a rounding that engines do not share and
  // that Adam scales up. Such a model shows nothing of either engine: only the others must all agree.
  const beside = excused > 0 ? `, ${excused} with the absolute loss beside, where rounding decides` : ''
  console.log(`${turn - failed - excused} of ${turn} models within ${bar} of the reference${beside}.`)
  if (failed > 0) process.exitCode = 1

  async function twentySteps(session: Session, rows: Matrix): Promise<Float32Array[]> {
    const { losses, gradientNorms } = await session.train(steps)
    const { weights } = session.state()
    const { errors } = await session.score(rows)
    await session.close()
    return [losses, gradientNorms, weights, errors]
  }
}

async function compareSpeed(...engines: readonly Engine[]): Promise<void> {
  for (const network of networks) {
    const rows = normalRows(2048, network.features)
    const [count] = network.steps
    const sessions = await Promise.all(engines.map((engine) => engine.open(modelSpec(network), rows)))
    const times = await alternate(
      sessions.map((session, index) => ({
        name: engines[index]?.name ?? '',
        time: () => milliseconds(() => session.train(count)),
      })),
      3,
    )
    const cells = [...times].map(([name, time]) => `${name} ${(time / count).toFixed(2)} ms`)
    console.log(
      `A step of ${network.features}-${network.layers.join('-')} x ${network.copies}: ${cells.join(', ')}`,
    )
    for (const session of sessions) await session.close()
  }
}
