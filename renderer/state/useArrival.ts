import { onScopeDispose, shallowRef } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { Source, WireFailure } from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { forgetUpload, readable, uploadFile } from './upload.ts'

/** A file that the core can reach, or whose bytes are on their way to it. */
export type Arrival =
  | { readonly state: 'none' }
  | { readonly state: 'sending'; readonly name: string; readonly bytes: number; readonly sent: number }
  | { readonly state: 'here'; readonly name: string; readonly bytes: number; readonly source: Source }

interface File {
  readonly name: string
  readonly blob: Blob
  readonly path: string | null
}

/**
 * One file on its way to the core: by its path where the host knows one, else byte by byte. A newer file takes
 * the place of an older one. `arrived` hears of each that can be read.
 */
export function useArrival(connection: Connection, arrived: (source: Source, name: string) => unknown) {
  const arrival = shallowRef<Arrival>({ state: 'none' })
  const failure = shallowRef<WireFailure | null>(null)
  let sending: AbortController | null = null
  /** The file under way or here, while its bytes came from the page. */
  let held: File | null = null

  function forget(): void {
    if (arrival.value.state === 'here') forgetUpload(connection.api, arrival.value.source)
  }
  function close(): void {
    forget()
    sending?.abort()
    sending = null
    held = null
    arrival.value = { state: 'none' }
    failure.value = null
  }
  const stopHearing = connection.on('coreRestarted', ({ working }) => {
    // Bytes sent to the old core are gone with it, but the page still has the file: it sends them again.
    if (!held) return
    if (working) void send(held)
    else close()
  })
  globalThis.addEventListener?.('pagehide', forget)
  onScopeDispose(() => {
    forget()
    globalThis.removeEventListener?.('pagehide', forget)
    sending?.abort()
    stopHearing()
  })

  async function take(file: File): Promise<void> {
    close()
    if (file.path === null) return send(file)
    await stand({ kind: 'path', path: file.path }, file.name, file.blob.size)
  }

  /** Takes a file that the core can reach by itself. */
  const takePath = async ({ path, name }: { path: string; name: string }): Promise<void> => {
    close()
    await stand({ kind: 'path', path }, name, 0)
  }

  async function stand(source: Source, name: string, bytes: number): Promise<void> {
    arrival.value = { state: 'here', name, bytes, source }
    await arrived(source, name)
  }

  async function send(file: File): Promise<void> {
    sending?.abort()
    held = file
    const controller = new AbortController()
    sending = controller
    const { name, blob } = file
    arrival.value = { state: 'sending', name, bytes: blob.size, sent: 0 }
    try {
      const source = await uploadFile(connection.api, file, {
        signal: controller.signal,
        sent(sent) {
          if (sending === controller) arrival.value = { state: 'sending', name, bytes: blob.size, sent }
        },
      })
      if (sending === controller) await stand(source, name, blob.size)
    } catch (thrown) {
      if (sending !== controller) return
      close()
      failure.value = toWireFailure(readable(thrown, name))
    }
  }

  return { arrival, failure, take, takePath, close }
}
