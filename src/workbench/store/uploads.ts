import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Failure } from '../../contract/failure.ts'
import type { Source } from '../../contract/records.ts'

/** The largest chunk a page may send at once. */
export const largestChunk = 8 * 1024 * 1024

interface Upload {
  readonly path: string
  readonly name: string
  readonly bytes: number
  readonly file: FileHandle
  received: number
}

export interface Uploads {
  begin(input: { name: string; bytes: number }): Promise<{ uploadId: string }>
  append(input: { uploadId: string; chunk: Uint8Array }): Promise<{ received: number }>
  /** The file a source stands for. @throws Failure when it does not exist or has not arrived whole. */
  resolve(source: Source): Promise<{ path: string; fileName: string }>
  /** Forgets an upload once its table is imported; other sources are left alone. */
  release(source: Source): Promise<void>
}

/** Files that arrive from the page in chunks, kept in the project's temporary folder until they are imported. */
export function createUploads(temporaryFolder: string): Uploads {
  const uploads = new Map<string, Upload>()
  const find = (uploadId: string): Upload => {
    const upload = uploads.get(uploadId)
    if (!upload) {
      throw new Failure('not-found', 'The uploaded file is not here any more. Drop it again.', { uploadId })
    }
    return upload
  }
  return {
    async begin({ name, bytes }) {
      const uploadId = randomUUID()
      const path = join(temporaryFolder, uploadId)
      const file = await open(path, 'wx')
      uploads.set(uploadId, { path, name: basename(name) || 'table.csv', bytes, file, received: 0 })
      return { uploadId }
    },
    async append({ uploadId, chunk }) {
      const upload = find(uploadId)
      if (chunk.byteLength > largestChunk) {
        throw new Failure('bad-request', `A chunk may have at most ${largestChunk} bytes.`)
      }
      if (upload.received + chunk.byteLength > upload.bytes) {
        throw new Failure('bad-request', `"${upload.name}" is longer than announced. Drop it again.`)
      }
      const position = upload.received
      upload.received += chunk.byteLength
      await upload.file.write(chunk, 0, chunk.byteLength, position)
      return { received: upload.received }
    },
    async resolve(source) {
      if (source.kind === 'path') {
        await stat(source.path).catch(() => {
          throw new Failure(
            'unreadable-file',
            `${source.path} is not there any more. Choose the file again.`,
            {
              file: source.path,
            },
          )
        })
        return { path: source.path, fileName: basename(source.path) }
      }
      const upload = find(source.uploadId)
      if (upload.received < upload.bytes) {
        throw new Failure(
          'unreadable-file',
          `Only ${upload.received} of ${upload.bytes} bytes of "${upload.name}" arrived. Drop it again.`,
        )
      }
      return { path: upload.path, fileName: upload.name }
    },
    async release(source) {
      if (source.kind !== 'upload') return
      const upload = uploads.get(source.uploadId)
      if (!upload) return
      uploads.delete(source.uploadId)
      await upload.file.close()
      await rm(upload.path, { force: true })
    },
  }
}
