import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Failure } from '../../contract/failure.ts'
import type { Encoding } from '../../contract/records.ts'

/** The first bytes of a file, unpacked, and what they say about it. */
export interface Head {
  readonly bytes: Buffer
  /** The head is the whole of it. */
  readonly whole: boolean
  readonly gzip: boolean
  /** Size of the file on disk. */
  readonly fileBytes: number
  readonly encoding: Encoding
  /** Length of the byte order mark. */
  readonly markBytes: number
}

const headBytes = 256 * 1024
/** For tables whose first lines alone are longer than that. */
const longHeadBytes = 9 * 1024 * 1024

/** Reads the head of a file. Throws a Failure for what is not a table of text. */
export async function readHead(path: string, fileName: string): Promise<Head> {
  const fileBytes = await sizeOf(path, fileName)
  const file = await open(path)
  try {
    const gzip = await startsAsGzip(file)
    const take = (limit: number) => (gzip ? unpackedHead(path, fileName, limit) : plainHead(file, limit))
    let bytes = await take(headBytes)
    const few = bytes.filter((byte) => byte === 10 || byte === 13).length < 4
    if (bytes.length === headBytes && few) bytes = await take(longHeadBytes)
    if (bytes.length === 0) {
      throw new Failure('unreadable-file', `${fileName} is empty. Choose a file with a header and rows.`)
    }
    refuseKnownFormats(bytes, fileName)
    const whole = gzip
      ? bytes.length !== headBytes && bytes.length !== longHeadBytes
      : bytes.length === fileBytes
    return { bytes, whole, gzip, fileBytes, ...findEncoding(bytes, whole, fileName) }
  } finally {
    await file.close()
  }
}

async function sizeOf(path: string, fileName: string): Promise<number> {
  try {
    const facts = await stat(path)
    if (facts.isDirectory()) {
      throw new Failure('unreadable-file', `${fileName} is a folder. Choose a CSV file inside it.`)
    }
    if (!facts.isFile()) throw new Failure('unreadable-file', `${fileName} is not a regular file.`)
    return facts.size
  } catch (error) {
    throw readFailure(error, fileName)
  }
}

/** A file-system or unpacking error as a sentence; anything else unchanged. */
export function readFailure(error: unknown, fileName: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof Failure) return error
  switch (error.code) {
    case 'ENOENT':
      return new Failure('unreadable-file', `${fileName} is no longer there. Was it moved or deleted?`)
    case 'EACCES':
    case 'EPERM':
      return new Failure('unreadable-file', `${fileName} may not be read. Check its permissions.`)
    case 'EISDIR':
      return new Failure('unreadable-file', `${fileName} is a folder. Choose a CSV file inside it.`)
    case 'ENOSPC':
      return new Failure(
        'disk',
        `The disk is full while importing ${fileName}. Free some space and try again.`,
      )
    case 'Z_BUF_ERROR':
      return new Failure(
        'unreadable-file',
        `${fileName} ends in the middle of its compressed data: it was cut short. Copy or download it again.`,
      )
    case 'Z_DATA_ERROR':
      return new Failure(
        'unreadable-file',
        `${fileName} has damaged compressed data (${error.message}). Copy or download it again.`,
      )
    default:
      return String(error.code).startsWith('E')
        ? new Failure('disk', `${fileName} cannot be read: ${error.message}.`)
        : error
  }
}

/** The file's bytes as a stream, unpacked when they are gzip; `onPacked` then sees the bytes before that. */
export function openBytes(path: string, gzip: boolean, onPacked?: (chunk: Buffer) => void): Readable {
  const packed = createReadStream(path, { highWaterMark: 1024 * 1024 })
  if (!gzip) return packed
  if (onPacked !== undefined) packed.on('data', (chunk) => onPacked(Buffer.from(chunk)))
  const unpacked = createGunzip({ chunkSize: 256 * 1024 })
  packed.on('error', (error) => unpacked.destroy(error))
  unpacked.on('close', () => packed.destroy())
  return packed.pipe(unpacked)
}

async function startsAsGzip(file: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
}

async function plainHead(file: FileHandle, limit: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(limit), 0, limit, 0)
  return buffer.subarray(0, bytesRead)
}

async function unpackedHead(path: string, fileName: string, limit: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const part of openBytes(path, true)) {
      parts.push(part)
      length += part.length
      if (length >= limit) break
    }
  } catch (error) {
    // A file cut short still has a head to show; the import itself will refuse it.
    if (length === 0) throw readFailure(error, fileName)
  }
  return Buffer.concat(parts).subarray(0, limit)
}

const formats: readonly (readonly [signature: string, name: string])[] = [
  ['PK\x03\x04', 'a zip file, perhaps an Excel workbook'],
  ['\xd0\xcf\x11\xe0', 'an old Excel workbook'],
  ['PAR1', 'a Parquet file'],
  ['%PDF', 'a PDF'],
  ['SQLite format 3', 'an SQLite database'],
  ['\x89PNG', 'a PNG image'],
  ['\xff\xd8\xff', 'a JPEG image'],
  ['BZh', 'a bzip2 file'],
  ['\x28\xb5\x2f\xfd', 'a Zstandard file'],
  ['\xfd7zXZ', 'an xz file'],
]

function refuseKnownFormats(bytes: Buffer, fileName: string): void {
  const start = bytes.subarray(0, 16).toString('latin1')
  const known = formats.find(([signature]) => start.startsWith(signature))
  if (known !== undefined) {
    throw new Failure('unreadable-file', `${fileName} is ${known[1]}, not text. Save the table as CSV first.`)
  }
}

function findEncoding(
  bytes: Buffer,
  whole: boolean,
  fileName: string,
): { encoding: Encoding; markBytes: number } {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: 'utf-8', markBytes: 3 }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf-16le', markBytes: 2 }
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf-16be', markBytes: 2 }
  const zeros = [0, 0]
  let controls = 0
  for (const [index, byte] of bytes.entries()) {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1
    else if (byte < 32 && (byte < 7 || byte > 13)) controls++
  }
  const [even = 0, odd = 0] = zeros
  if (odd > 0.3 * bytes.length && even < 0.05 * bytes.length) return { encoding: 'utf-16le', markBytes: 0 }
  if (even > 0.3 * bytes.length && odd < 0.05 * bytes.length) return { encoding: 'utf-16be', markBytes: 0 }
  if (even + odd + controls > 0.02 * bytes.length && even + odd + controls > 3) {
    throw new Failure(
      'unreadable-file',
      `${fileName} is not text: ${even + odd + controls} of its first ${bytes.length} bytes are control bytes. Export the table as CSV.`,
    )
  }
  const checked = whole ? bytes : bytes.subarray(0, completeLength(bytes))
  return { encoding: isUtf8(checked) ? 'utf-8' : 'windows-1252', markBytes: 0 }
}

/** Length of the bytes without a UTF-8 sequence that is cut off at their end. */
export function completeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return needed > back ? bytes.length - back : bytes.length
    }
    if (byte < 0x80) break
  }
  return bytes.length
}

/** The head as text, without a byte order mark and, unless it is whole, without its last unfinished line. */
export function headText(head: Head, encoding: Encoding): string {
  const text = new TextDecoder(encoding).decode(head.bytes)
  if (head.whole) return text
  const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'))
  return end < 0 ? text : text.slice(0, end + 1)
}
