import type { EngineStatus } from '../contract/records.ts'
import type { Engine } from './engine.ts'
import { createOnnxEngine } from './onnxEngine.ts'
import { onnxStatus } from './onnxRuntime.ts'
import { loadTensorflowEngine, tensorflowStatus } from './tensorflowEngine.ts'

export type EngineName = 'onnx' | 'tensorflow' | 'reference'

/** The engine of that name. A Failure says why `tensorflow` cannot be used and how to install it. */
export async function openEngine(name: EngineName): Promise<Engine> {
  switch (name) {
    case 'onnx':
      return createOnnxEngine()
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
