import { Failure } from '../../contract/failure.ts'

/** The part of a file handle that writing needs. */
export interface Writable {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>
}

/**
 * Writes all the bytes at the file's position. One `write` may take only some of them, above all when the disk
 * fills up, and does not call that an error; the next one does.
 * Throws a Failure `disk` when the disk is full.
 * @param what names the file in the message.
 */
export async function writeFully(file: Writable, bytes: Uint8Array, what: string): Promise<void> {
  for (let from = 0; from < bytes.length; ) {
    let written: number
    try {
      written = (await file.write(bytes, from, bytes.length - from)).bytesWritten
    } catch (error) {
      throw isFull(error) ? fullDisk(what) : error
    }
    if (written === 0) throw fullDisk(what)
    from += written
  }
}

/** Whether an error says that the disk, or this user's share of it, is full. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}

/** The Failure for a full disk. */
export function fullDisk(what: string): Failure {
  return new Failure(
    'disk',
    `The disk is full, so ${what} cannot be written. Free some space, or choose a folder on another disk.`,
  )
}
