import { arch, platform } from 'node:os'
import { Failure } from '../contract/failure.ts'
import type { EngineStatus } from '../contract/records.ts'
import { helperTrouble } from './onnxHelper.ts'

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

/** Runs `work`; what ONNX Runtime throws becomes a Failure that names the node, where one is known, and a way out. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    const reason = reasonOf(cause)
    const node = nodeIn(reason)
    throw new Failure(
      'engine',
      `ONNX Runtime stopped${node ? ` at the node ${node.name} (${node.operation})` : ''}: ${
        node?.reason ?? reason
      }. ${wayOut(reason)}`,
      node ? { node: node.name, operation: node.operation } : {},
    )
  }
}

/** How ONNX Runtime names the node at fault while it runs, checks types, looks for a kernel, or reads a file. */
const nodePatterns: readonly RegExp[] = [
  /running (?<operation>\w+) node\. Name:'(?<name>[^']*)'(?: Status Message: )?(?<reason>.*)/,
  /(?<reason>Type Error: .*) of operator \((?<operation>\w+)\) in node \((?<name>[^)]*)\)/,
  /(?<reason>Could not find an implementation) for (?<operation>\w+)\(\d+\) node with name '(?<name>[^']*)'/,
  /In Node, \("(?<name>[^"]*)", (?<operation>\w+),.*Error (?<reason>.*)/,
]

function nodeIn(message: string): { name: string; operation: string; reason: string } | null {
  for (const pattern of nodePatterns) {
    const { name, operation, reason } = pattern.exec(message)?.groups ?? {}
    if (name !== undefined && operation !== undefined) return { name, operation, reason: reason ?? message }
  }
  return null
}

const wayOut = (reason: string): string =>
  /memory|alloc|bytes/i.test(reason)
    ? 'Use fewer copies, smaller layers or fewer columns: they need less memory.'
    : 'Choose the engine "reference", which is slow but runs everywhere, or fall back to it with --fallback reference.'

/** The first line of whatever was thrown, without the full stop that the sentence around it brings. */
export const reasonOf = (thrown: unknown): string =>
  ((thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? '').replace(/[.\s]+$/, '')

export async function onnxStatus(): Promise<EngineStatus> {
  try {
    const { env } = await loadOnnxRuntime()
    const version = env.versions.node ?? env.versions.common
    const trouble = helperTrouble()
    const fewer = trouble === undefined ? '' : `; one helper thread fewer: ${trouble}`
    return { name: 'onnx', available: true, detail: `ONNX Runtime ${version}, the default${fewer}` }
  } catch (thrown) {
    return { name: 'onnx', available: false, detail: reasonOf(thrown) }
  }
}
