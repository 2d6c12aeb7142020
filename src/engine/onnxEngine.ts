import type { Engine } from './engine.ts'
import { type OnnxOptions, onnxExecutor } from './onnxExecutor.ts'
import { openSession } from './session.ts'

/** The default engine: the traced program on ONNX Runtime. */
export function createOnnxEngine(options: OnnxOptions = {}): Engine {
  return {
    name: 'onnx',
    open: (...input) => openSession(onnxExecutor(options), ...input),
  }
}
