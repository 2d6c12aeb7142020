import type { Api } from '../../src/contract/api.ts'
import { Failure } from '../../src/contract/failure.ts'
import type { Source } from '../../src/contract/records.ts'

const chunkBytes = 1024 * 1024

/**
 * Sends a file to the core in chunks of 1 MiB, each awaited before the next, so that a slow core holds
 * the page back. Throws Failure, or AbortError when `signal` says stop.
 */
export async function uploadFile(
  api: Api,
  file: { readonly name: string; readonly blob: Blob },
  { signal, sent }: { signal: AbortSignal; sent: (bytes: number) => void },
): Promise<Source> {
  const { uploadId } = await api.beginUpload({ name: file.name, bytes: file.blob.size })
  try {
    for (let from = 0; from < file.blob.size; from += chunkBytes) {
      signal.throwIfAborted()
      const chunk = new Uint8Array(await file.blob.slice(from, from + chunkBytes).arrayBuffer())
      const { received } = await api.appendUpload({ uploadId, chunk })
      sent(received)
    }
    signal.throwIfAborted()
  } catch (thrown) {
    forgetUpload(api, { kind: 'upload', uploadId })
    throw thrown
  }
  return { kind: 'upload', uploadId }
}

/** Tells the core that bytes sent to it are not wanted any more. */
export function forgetUpload(api: Api, source: Source): void {
  // A courtesy: what is not forgotten now goes with the core's temporary folder.
  if (source.kind === 'upload') api.endUpload({ uploadId: source.uploadId }).catch(() => {})
}

/** A browser cannot read a dropped folder or a file that vanished; it says so in its own way. */
export function readable(thrown: unknown, name: string): unknown {
  if (!(thrown instanceof DOMException)) return thrown
  if (thrown.name === 'AbortError') return thrown
  return new Failure(
    'unreadable-file',
    `${name} could not be read. If it is a folder, drop the files in it one by one; if it was moved or is open elsewhere, close it there and drop it again.`,
    { file: name },
  )
}
