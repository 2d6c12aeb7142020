import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Failure } from '../../contract/failure.ts'
import type { Source } from '../../contract/records.ts'

interface Upload {
  readonly path: string
  readonly name: string
  readonly bytes: number
  readonly file: FileHandle
  received: number
  /** The write under way: chunks that arrive together are still written one after the other. */
  writing: Promise<void>
}

export interface Uploads {
  begin(input: { name: string; bytes: number }): Promise<{ uploadId: string }>
  append(input: { uploadId: string; chunk: Uint8Array }): Promise<{ received: number }>
  /** The file a source stands for. @throws Failure when it does not exist or has not arrived whole. */
  resolve(source: Source): Promise<{ path: string; fileName: string }>
  /** Forgets an upload and its bytes. One that is not known any more is none. */
  end(uploadId: string): Promise<void>
  endAll(): Promise<void>
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

  async function end(uploadId: string): Promise<void> {
    const upload = uploads.get(uploadId)
    if (!upload) return
    uploads.delete(uploadId)
    await upload.writing.catch(() => undefined)
    await upload.file.close()
    await rm(upload.path, { force: true })
  }

  async function write(upload: Upload, chunk: Uint8Array): Promise<void> {
    if (upload.received + chunk.byteLength > upload.bytes) {
      throw new Failure('bad-request', `"${upload.name}" is longer than announced. Drop it again.`)
    }
    try {
      // Writes the whole chunk; FileHandle.write may stop short on a full disk without an error.
      await upload.file.appendFile(chunk)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Failure(
        'disk',
        `"${upload.name}" could not be stored in the project's folder: ${reason}. Free some space and drop it again.`,
      )
    }
    upload.received += chunk.byteLength
  }

  return {
    async begin({ name, bytes }) {
      const uploadId = randomUUID()
      const path = join(temporaryFolder, uploadId)
      const file = await open(path, 'wx')
      const writing = Promise.resolve()
      uploads.set(uploadId, { path, name: basename(name) || 'table.csv', bytes, file, received: 0, writing })
      return { uploadId }
    },
    async append({ uploadId, chunk }) {
      const upload = find(uploadId)
      upload.writing = upload.writing.then(() => write(upload, chunk))
      await upload.writing
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
    end,
    async endAll() {
      for (const uploadId of [...uploads.keys()]) await end(uploadId)
    },
  }
}
