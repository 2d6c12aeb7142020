import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import util from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../contract/failure.ts'
import type { EngineStatus } from '../contract/records.ts'
import type { Engine } from './engine.ts'
import { reasonOf } from './onnxRuntime.ts'
import { openSession } from './session.ts'
import { tensorflowExecutor } from './tensorflowExecutor.ts'

/** Other versions register other kernels than this program's tfjs-core expects. */
const wantedVersion = '4.22.0'
const install = `npm install --no-save @tensorflow/tfjs-node@${wantedVersion}`

/**
 * The same program on TensorFlow's native library. Throws a Failure that says why it cannot be used.
 * @param folder of the package @tensorflow/tfjs-node; null where it is not installed
 */
export async function loadTensorflowEngine(folder: string | null = packageFolder()): Promise<Engine> {
  const problem = problemOf(folder)
  if (folder === null || problem !== null) throw unusable(problem ?? notInstalled)
  restoreUtilFunctions()
  try {
    createRequire(join(folder, 'package.json'))(folder)
  } catch (cause) {
    throw unusable(doesNotLoad(reasonOf(cause)))
  }
  if (!tf.findBackend('tensorflow')) throw unusable(doesNotLoad('it registered no backend'))
  return {
    name: 'tensorflow',
    open: (...input) => openSession(tensorflowExecutor('tensorflow'), ...input),
  }
}

/** Whether the native library is there. It is not loaded for this: that takes seconds and stays in memory. */
export function tensorflowStatus(folder: string | null = packageFolder()): EngineStatus {
  const problem = problemOf(folder)
  return {
    name: 'tensorflow',
    available: problem === null,
    detail: problem ?? 'TensorFlow (native) through tfjs-node, loaded when chosen',
  }
}

const unusable = (problem: string) =>
  new Failure('engine', `${problem} Or leave the engine at onnx, which needs nothing more.`)

const notInstalled = `The package @tensorflow/tfjs-node is not installed. Run: ${install}.`

const doesNotLoad = (reason: string) =>
  `The package @tensorflow/tfjs-node is installed but does not load: ${reason}. ` +
  `The library is fetched while installing; where the network allows, run: ${install}.`

/** Why the package cannot be used, as far as that shows without loading it; null: nothing is wrong. */
function problemOf(folder: string | null): string | null {
  if (folder === null) return notInstalled
  const version = versionIn(folder)
  if (version === null)
    return `The package.json of @tensorflow/tfjs-node cannot be read: the package is damaged. Run: ${install}.`
  if (version !== wantedVersion) {
    return `The package @tensorflow/tfjs-node is of version ${version}, and only ${wantedVersion} fits. Run: ${install}.`
  }
  return hasNativeLibrary(folder) ? null : doesNotLoad('its native library is missing')
}

/** null: the package says nothing that can be read. */
function versionIn(folder: string): string | null {
  try {
    const found: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return found && typeof found === 'object' && 'version' in found ? String(found.version) : 'unknown'
  } catch {
    // Whatever is wrong with the file, the remedy is the same.
    return null
  }
}

function packageFolder(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json'))
  } catch {
    // Not found is the answer.
    return null
  }
}

/** The addon lies in lib/napi-vN, N being the Node-API version it was built for. */
function hasNativeLibrary(folder: string): boolean {
  const library = join(folder, 'lib')
  return (
    existsSync(library) &&
    readdirSync(library).some((version) => existsSync(join(library, version, 'tfjs_binding.node')))
  )
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
