import { arch, platform } from 'node:os'
import { Failure } from '../contract/failure.ts'
import type { EngineStatus } from '../contract/records.ts'

export type OnnxRuntime = typeof import('onnxruntime-node')

/** Loads the native library on first use, so that a platform without it can still say so. */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  try {
    return await import('onnxruntime-node')
  } catch (cause) {
    throw new Failure(
      'engine',
      `ONNX Runtime does not load on ${platform()} ${arch()}: ${reasonOf(cause)}. ` +
        'Reinstall the packages, or choose the reference engine, which is slow but runs everywhere.',
    )
  }
}

/** Runs `work`; what ONNX Runtime throws becomes a Failure with its reason. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new Failure(
      'engine',
      `ONNX Runtime stopped: ${reasonOf(cause)}. If it ran out of memory, use fewer copies, smaller layers or fewer columns.`,
    )
  }
}

/** The first line of whatever was thrown, without the full stop that the sentence around it brings. */
export const reasonOf = (thrown: unknown): string =>
  ((thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? '').replace(/[.\s]+$/, '')

export async function onnxStatus(): Promise<EngineStatus> {
  try {
    const { env } = await loadOnnxRuntime()
    const version = env.versions.node ?? env.versions.common
    return { name: 'onnx', available: true, detail: `ONNX Runtime ${version}, the default` }
  } catch (thrown) {
    return { name: 'onnx', available: false, detail: reasonOf(thrown) }
  }
}
