import { fork } from 'node:child_process'
import type { CoreHandle } from './coreProcess.ts'
import { childLink } from './processLink.ts'

/** What a core is started with; both hosts hand it over as arguments. */
export interface CoreOptions {
  readonly folder: string
  readonly samplesFolder: string
  readonly engine?: string | undefined
  /** Threads for each computation; as measured when left out. */
  readonly threads?: number | undefined
  /** The engine that takes over what the chosen one cannot run. */
  readonly fallback?: 'reference' | undefined
}

export function coreArguments({ folder, samplesFolder, ...given }: CoreOptions): string[] {
  const { engine, threads, fallback } = given
  const chosen = Object.entries({ engine, threads, fallback }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  )
  return ['--folder', folder, '--samples', samplesFolder, ...chosen]
}

/** Starts the core entry at `entry` as a Node process of its own. */
export function forkCore(entry: string, options: CoreOptions): CoreHandle {
  const child = fork(entry, coreArguments(options), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  })
  return {
    link: childLink(child),
    kill: () => void child.kill('SIGKILL'),
    ended: new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    }),
  }
}
