import { existsSync, readdirSync } from 'node:fs'
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

const install = 'npm install --no-save @tensorflow/tfjs-node@4.22.0'

/** The same program on TensorFlow's native library. Throws a Failure that says why it cannot be used. */
export async function loadTensorflowEngine(): Promise<Engine> {
  restoreUtilFunctions()
  try {
    // Not a literal, so that neither types nor the build ask for a package that is optional.
    const name = '@tensorflow/tfjs-node'
    await import(/* @vite-ignore */ name)
  } catch (cause) {
    throw new Failure(
      'engine',
      `${whyNot(packageFolder(), cause)} Or leave the engine at onnx, which needs nothing more.`,
    )
  }
  if (!tf.findBackend('tensorflow')) {
    throw new Failure(
      'engine',
      `TensorFlow was loaded but registered no backend: its version must be 4.22.0. Run: ${install}`,
    )
  }
  return {
    name: 'tensorflow',
    open: (...input) => openSession(tensorflowExecutor('tensorflow'), ...input),
  }
}

/** Whether the native library is there. It is not loaded for this: that takes seconds and stays in memory. */
export function tensorflowStatus(folder: string | null = packageFolder()): EngineStatus {
  const available = folder !== null && hasNativeLibrary(folder)
  return {
    name: 'tensorflow',
    available,
    detail: available ? 'TensorFlow (native) through tfjs-node, loaded when chosen' : whyNot(folder, null),
  }
}

function whyNot(folder: string | null, cause: unknown): string {
  if (folder === null) return `The package @tensorflow/tfjs-node is not installed. Run: ${install}.`
  const reason = hasNativeLibrary(folder) ? reasonOf(cause) : 'its native library is missing'
  return (
    `The package @tensorflow/tfjs-node is installed but does not load: ${reason}. ` +
    `The library is fetched while installing; where the network allows, run: ${install}.`
  )
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
