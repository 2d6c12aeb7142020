import { createRequire } from 'node:module'
import util from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { Failure } from '../contract/failure.ts'
import type { EngineStatus } from '../contract/records.ts'
import type { Engine } from './engine.ts'
import { reasonOf } from './onnxRuntime.ts'
import { openSession } from './session.ts'
import { tensorflowExecutor } from './tensorflowExecutor.ts'

const install = 'npm install --no-save @tensorflow/tfjs-node@4.22.0'

/** The same program on TensorFlow.js's plain JavaScript backend: slow, and what the others are checked against. */
export const createReferenceEngine = (): Engine => engineOn('reference', 'cpu')

/** The same program on TensorFlow's native library. Throws a Failure that says why it cannot be used. */
export async function loadTensorflowEngine(): Promise<Engine> {
  restoreUtilFunctions()
  try {
    // Not a literal, so that neither types nor the build ask for a package that is optional.
    const name = '@tensorflow/tfjs-node'
    await import(/* @vite-ignore */ name)
  } catch (cause) {
    throw new Failure('engine', `${whyNot(cause)} Or leave the engine at onnx, which needs nothing more.`)
  }
  if (!tf.findBackend('tensorflow')) {
    throw new Failure(
      'engine',
      `TensorFlow was loaded but registered no backend: its version must be 4.22.0. Run: ${install}`,
    )
  }
  return engineOn('tensorflow', 'tensorflow')
}

export async function tensorflowStatus(): Promise<EngineStatus> {
  try {
    await loadTensorflowEngine()
    return { name: 'tensorflow', available: true, detail: 'TensorFlow (native) through tfjs-node' }
  } catch (thrown) {
    return { name: 'tensorflow', available: false, detail: reasonOf(thrown) }
  }
}

export const referenceStatus = (): EngineStatus => ({
  name: 'reference',
  available: true,
  detail: `TensorFlow.js ${tf.version_core} in plain JavaScript: slow, for checking the others`,
})

const engineOn = (name: string, backendName: string): Engine => ({
  name,
  open: (spec, rows, state) => openSession(tensorflowExecutor(backendName), spec, rows, state),
})

function whyNot(cause: unknown): string {
  if (!isInstalled()) return `The package @tensorflow/tfjs-node is not installed. Run: ${install}.`
  return (
    `The package @tensorflow/tfjs-node is installed but does not load: ${reasonOf(cause)}. ` +
    `Its native library is fetched while installing; where the network allows, run: ${install}.`
  )
}

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json')
    return true
  } catch {
    // Not found is the answer.
    return false
  }
}

/** Node.js 23 removed these from `util`; tfjs-node 4.22 still calls them (tensorflow/tfjs#8609). */
function restoreUtilFunctions(): void {
  const removed: Record<string, (value: unknown) => boolean> = {
    isArray: Array.isArray,
    isNullOrUndefined: (value) => value === null || value === undefined,
    isString: (value) => typeof value === 'string',
  }
  for (const [name, check] of Object.entries(removed)) {
    if (!(name in util))
      Object.defineProperty(util, name, { value: check, configurable: true, writable: true })
  }
}
