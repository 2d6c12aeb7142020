import type { Failure } from '../contract/failure.ts'
import type { Engine } from './engine.ts'
import { fallBackExecutor } from './fallBackExecutor.ts'
import { type OnnxOptions, onnxExecutor } from './onnxExecutor.ts'
import { openSession } from './session.ts'

/** Only where it is asked for: nobody else should wait for its code. */
const referenceExecutor = async () => (await import('./referenceEngine.ts')).referenceExecutor

/**
 * The default engine: the traced program on ONNX Runtime.
 * @param options.fallBack where given, what ONNX Runtime cannot run goes on with the reference, and this is told why
 */
export function createOnnxEngine(
  options: OnnxOptions & { readonly fallBack?: ((failure: Failure) => void) | undefined } = {},
): Engine {
  const { fallBack, ...onnxOptions } = options
  const onnx = onnxExecutor(onnxOptions)
  const executor = fallBack ? fallBackExecutor(onnx, referenceExecutor, fallBack) : onnx
  return { name: 'onnx', open: (...input) => openSession(executor, ...input) }
}
