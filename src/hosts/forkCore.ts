import { fork } from 'node:child_process'
import type { CoreHandle } from './coreProcess.ts'
import { childLink } from './processLink.ts'

/** What a core is started with; both hosts hand it over as arguments. */
export interface CoreOptions {
  readonly folder: string
  readonly samplesFolder: string
  readonly engine?: string | undefined
}

export function coreArguments({ folder, samplesFolder, engine }: CoreOptions): string[] {
  const named = ['--folder', folder, '--samples', samplesFolder]
  return engine === undefined ? named : [...named, '--engine', engine]
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
