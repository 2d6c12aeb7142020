import { isAscii, isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { Failure } from '../../contract/failure.ts'
import type { Encoding } from '../../contract/records.ts'
import { writeFully } from '../dataset/writeFully.ts'
import { completeLength, openBytes, readFailure } from './sourceBytes.ts'

export interface KeptSource {
  /** SHA-256 of the file as it was given. */
  readonly sha256: string
  /** Size of the kept UTF-8 text. */
  readonly bytes: number
  /** Byte offset, in the kept text, of the first block that is not valid UTF-8; null when all is. */
  readonly firstInvalidByte: number | null
  /** Whether valid text outside ASCII came before it. */
  readonly hasValidNonAscii: boolean
}

export interface KeepInput {
  readonly path: string
  readonly fileName: string
  readonly gzip: boolean
  readonly encoding: Encoding
  /** Bytes that are no UTF-8 become U+FFFD instead of staying as they are. */
  readonly replaceInvalid: boolean
  readonly target: string
  readonly fileBytes: number
  readonly onProgress: (share: number) => void
  readonly signal: AbortSignal
}

/**
 * Copies a file into the project as UTF-8 text without byte order mark: unpacked and decoded, nothing else changed.
 * Throws a Failure when it vanishes, is cut short, or the disk is full.
 */
export async function keepSource(input: KeepInput): Promise<KeptSource> {
  const hash = createHash('sha256')
  const recode = recoder(input.encoding, input.replaceInvalid)
  let packedBytes = 0
  let bytes = 0
  let carry: Buffer = Buffer.alloc(0)
  let firstInvalidByte: number | null = null
  let hasValidNonAscii = false
  const keptText = `the project's copy of ${input.fileName}`
  const target = await open(input.target, 'w')
  const write = async (decoded: Buffer) => {
    const block = carry.length === 0 ? decoded : Buffer.concat([carry, decoded])
    const complete = completeLength(block)
    const whole = block.subarray(0, complete)
    if (firstInvalidByte === null) {
      if (!isUtf8(whole)) firstInvalidByte = bytes
      else hasValidNonAscii ||= input.encoding === 'utf-8' && !isAscii(whole)
    }
    carry = Buffer.from(block.subarray(complete))
    if (isBomb(packedBytes, bytes + whole.length)) throw bomb(input.fileName)
    await writeFully(target, whole, keptText)
    bytes += whole.length
  }
  try {
    const pass = (chunk: Buffer) => {
      hash.update(chunk)
      packedBytes += chunk.length
    }
    for await (const chunk of openBytes(input.path, input.gzip, pass)) {
      input.signal.throwIfAborted()
      if (!input.gzip) pass(chunk)
      const decoded = recode(chunk)
      if (decoded.length > 0) await write(decoded)
      input.onProgress(Math.min(1, packedBytes / Math.max(1, input.fileBytes)))
    }
    const rest = recode(null)
    if (rest.length > 0) await write(rest)
    if (carry.length > 0) {
      firstInvalidByte ??= bytes
      await writeFully(target, carry, keptText)
      bytes += carry.length
    }
    await target.sync()
  } catch (error) {
    throw readFailure(error, input.fileName)
  } finally {
    await target.close()
  }
  if (bytes === 0) {
    throw new Failure('unreadable-file', `${input.fileName} is empty. Choose a file with a header and rows.`)
  }
  return { sha256: hash.digest('hex'), bytes, firstInvalidByte, hasValidNonAscii }
}

/**
 * Whether a file unpacks to so much more than its size that it must be damaged or malicious: tables shrink to a
 * hundredth at best, and 1 GB is harmless in any case. A file that is not packed never is.
 */
export const isBomb = (packedBytes: number, bytes: number): boolean =>
  bytes > 1e9 && bytes > 1000 * Math.max(1, packedBytes)

function bomb(fileName: string): Failure {
  return new Failure(
    'unreadable-file',
    `${fileName} unpacks to more than a thousand times its size, so it is no ordinary table. Unpack it yourself and import the result, if it is one.`,
  )
}

/** Turns blocks of a file into UTF-8 without byte order mark; null ends it. */
function recoder(encoding: Encoding, replaceInvalid: boolean): (chunk: Buffer | null) => Buffer {
  if (encoding !== 'utf-8' || replaceInvalid) {
    const decoder = new TextDecoder(encoding)
    return (chunk) => Buffer.from(chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true }))
  }
  let first = true
  return (chunk) => {
    if (chunk === null) return Buffer.alloc(0)
    const marked = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf
    first = false
    return marked ? chunk.subarray(3) : chunk
  }
}
