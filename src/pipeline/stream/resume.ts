import { createHash } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { z } from 'zod'
import type { StreamPlace } from './streamRecords.ts'

// Beside the unfinished file lies how far it has come, so that a stream that was killed goes on where it stood.

const whole = z.int().min(0)
const schema = z.strictObject({
  version: z.literal(1),
  /** What was read, with what: nothing else may go on. */
  key: z.string(),
  byte: whole,
  line: whole,
  row: whole,
  flagged: whole,
  setAside: whole,
  /** Length of the unfinished file at that place. */
  written: whole,
})

/** How far a stream has come. */
export type Progress = z.infer<typeof schema>

export const partPath = (path: string): string => `${path}.residual-part`
const placePath = (path: string): string => `${path}.residual-resume.json`

/** A hash of everything that the output depends on. */
export function streamKey(parts: readonly (string | number | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    const bytes = typeof part === 'object' ? part : Buffer.from(String(part))
    hash.update(`${bytes.length}:`).update(bytes)
  }
  return hash.digest('hex')
}

/** Where the stream to this file stood, when it was the same; null to begin anew. */
export async function readProgress(path: string, key: string): Promise<Progress | null> {
  const text = await readFile(placePath(path), 'utf8').catch(() => null)
  if (text === null) return null
  const parsed = schema.safeParse(plain(text))
  return parsed.success && parsed.data.key === key ? parsed.data : null
}

function plain(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Keeps how far the stream is; the unfinished file must be on the disk that far. */
export async function keepProgress(path: string, progress: Progress): Promise<void> {
  const next = `${placePath(path)}.new`
  const file = await open(next, 'w')
  try {
    await file.writeFile(JSON.stringify(progress))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(next, placePath(path))
}

export async function forgetProgress(path: string): Promise<void> {
  await rm(placePath(path), { force: true })
}

/** The place in the input. */
export const placeOf = ({ byte, line, row }: Progress): StreamPlace => ({ byte, line, row })
