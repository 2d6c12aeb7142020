import '@tensorflow/tfjs-backend-cpu'
import type { Engine } from './engine.ts'
import { openSession } from './session.ts'
import { tensorflowExecutor } from './tensorflowExecutor.ts'

/** TensorFlow.js's plain JavaScript backend. */
export const referenceExecutor = tensorflowExecutor('cpu')

/** The same program on TensorFlow.js's plain JavaScript backend: slow, and what the others are checked against. */
export function createReferenceEngine(): Engine {
  return {
    name: 'reference',
    open: (...input) => openSession(referenceExecutor, ...input),
  }
}
