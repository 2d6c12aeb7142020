import type { Api } from '../../src/contract/api.ts'
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
  for (let from = 0; from < file.blob.size; from += chunkBytes) {
    signal.throwIfAborted()
    const chunk = new Uint8Array(await file.blob.slice(from, from + chunkBytes).arrayBuffer())
    const { received } = await api.appendUpload({ uploadId, chunk })
    sent(received)
  }
  signal.throwIfAborted()
  return { kind: 'upload', uploadId }
}
