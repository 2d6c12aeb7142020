import type { Failure } from '../contract/failure.ts'
import type { EngineStatus } from '../contract/records.ts'
import type { Engine } from './engine.ts'
import { createOnnxEngine } from './onnxEngine.ts'
import { onnxStatus } from './onnxRuntime.ts'
import { loadTensorflowEngine, tensorflowStatus } from './tensorflowEngine.ts'

export type EngineName = 'onnx' | 'tensorflow' | 'reference'

/** How an engine runs, not what it computes. The other engines than onnx take no notice. */
export interface EngineOptions {
  /** Threads of one run of a graph; left out: as measured for each graph. */
  readonly threads?: number | undefined
  /**
   * Given where the person asked for it: what ONNX Runtime cannot run goes on with the reference engine, slowly, and
   * this is told why. Left out: the Failure is thrown.
   */
  readonly fallBack?: ((failure: Failure) => void) | undefined
}

/** The engine of that name. A Failure says why `tensorflow` cannot be used and how to install it. */
export async function openEngine(name: EngineName, options: EngineOptions = {}): Promise<Engine> {
  const { threads, fallBack } = options
  switch (name) {
    case 'onnx':
      return createOnnxEngine({ ...(threads === undefined ? {} : { threads }), fallBack })
    case 'reference':
      // Only where it is asked for: nobody else should wait for its code.
      return (await import('./referenceEngine.ts')).createReferenceEngine()
    case 'tensorflow':
      return loadTensorflowEngine()
  }
}

/** What can be chosen here, the default first. */
export async function engineStatuses(): Promise<EngineStatus[]> {
  return [await onnxStatus(), tensorflowStatus(), referenceStatus]
}

const referenceStatus: EngineStatus = {
  name: 'reference',
  available: true,
  detail: 'TensorFlow.js in plain JavaScript: slow, for checking the others',
}
