import { fork } from 'node:child_process'
import type { EventEmitter } from 'node:events'
import { rm } from 'node:fs/promises'
import { endingSignals } from '../signals.ts'

/** Tells a process that it is the one that works, and that another one watches it. */
const marker = 'RESIDUAL_SUPERVISED'

/** How long the work has to stop by itself and clean up, in milliseconds. */
const usualPatience = 1500

/**
 * Runs `entry` with `words` in a process of its own, which shares this one's input and output, and ends it
 * at a signal: politely first, then, or at a second signal, by force. A process that computes does not hear
 * signals, so another one has to listen. Removes the folder that the work has named as temporary.
 * @returns the exit status for this process; 130 when a signal ended it
 */
export async function supervise(
  entry: string,
  words: readonly string[],
  options: { readonly signals?: EventEmitter; readonly patience?: number } = {},
): Promise<number> {
  const { signals = process, patience = usualPatience } = options
  let temporary: string | null = null
  let timer: NodeJS.Timeout | null = null
  const child = fork(entry, [...words], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [marker]: '1' },
  })
  const ended = new Promise<{ code: number | null; how: string }>((resolve) => {
    child.once('error', (error) => resolve({ code: null, how: error.message }))
    child.once('exit', (code, signal) => resolve({ code, how: String(signal) }))
  })
  child.on('message', (folder) => {
    temporary = String(folder)
  })
  const stop = () => {
    if (timer !== null) return void child.kill('SIGKILL')
    timer = setTimeout(() => child.kill('SIGKILL'), patience)
    // Without an answer the timer decides.
    if (child.connected) child.send('stop', () => undefined)
  }
  for (const signal of endingSignals) signals.on(signal, stop)
  const { code, how } = await ended
  for (const signal of endingSignals) signals.off(signal, stop)
  const stopped = timer !== null
  if (timer !== null) clearTimeout(timer)
  if (code !== null) return code
  if (temporary !== null) await rm(temporary, { recursive: true, force: true, maxRetries: 3 })
  process.stderr.write(
    stopped
      ? 'residual: interrupted\n'
      : `residual: the work ended before it was done (${how}). There may be too little memory for this file.\n`,
  )
  return stopped ? 130 : 1
}

/** The other side of `supervise`; null in a process that nobody watches. */
export function supervisor() {
  if (process.env[marker] !== '1' || process.send === undefined) return null
  const send = process.send.bind(process)
  const stop = new AbortController()
  // A terminal signals both processes; the watching one decides what becomes of it.
  for (const signal of endingSignals) process.on(signal, () => undefined)
  process.on('message', () => stop.abort())
  process.on('disconnect', () => stop.abort())
  return {
    /** Fires when the work is to stop, or nobody watches it any more. */
    signal: stop.signal,
    /** Names the folder to remove should this process be ended by force. */
    temporaryFolder: (folder: string) => void send(folder),
  }
}
