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

/**
 * Seconds from now until the returned function is called, without those in which the whole process stood still: a turn
 * of its event loop that takes over a second is none of its own work.
 */
export function startStopwatch(): () => number {
  let last = performance.now()
  let counted = 0
  const tick = () => {
    const passed = performance.now() - last
    last += passed
    if (passed < longestTurn) counted += passed
  }
  const timer = setInterval(tick, 20)
  return () => {
    clearInterval(timer)
    tick()
    return counted / 1000
  }
}

const longestTurn = 1000
