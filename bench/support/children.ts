import { fork } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

/** Resident memory of this process in bytes: now, and at its highest since the last `forgetPeak`. */
export interface Resident {
  readonly now: number
  readonly peak: number
}

/** Linux only: the kernel's own account. */
export function resident(): Resident {
  const status = readFileSync('/proc/self/status', 'utf8')
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1])
  return { now: kibibytes('VmRSS') * 1024, peak: kibibytes('VmHWM') * 1024 }
}

/** Counts the peak from now on. */
export function forgetPeak(): void {
  writeFileSync('/proc/self/clear_refs', '5')
}

/**
 * Runs a benchmark's own file again in a process of its own and resolves to what that sends: peaks of one measurement
 * do not hide in those of another.
 */
export function inChild<Answer>(file: string, given: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = fork(file, given, { stdio: 'inherit' })
    let answer: Answer | undefined
    child.on('message', (message) => {
      answer = message as Answer
    })
    child.on('exit', (code) => {
      if (answer === undefined) reject(new Error(`The measured process ended with ${code}.`))
      else resolve(answer)
    })
  })
}

/** Sends the answer that `inChild` waits for. */
export function answer(message: object): void {
  process.send?.(message)
}

export const mebibytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(0)} MiB`
