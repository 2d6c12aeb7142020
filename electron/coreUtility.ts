import { type MessagePortMain, utilityProcess } from 'electron'
import type { Link } from '../src/contract/wire/link.ts'
import { createEnding } from '../src/contract/wire/links.ts'
import type { CoreHandle } from '../src/hosts/coreProcess.ts'
import { type CoreOptions, coreArguments } from '../src/hosts/forkCore.ts'

/** Starts the core entry as a utility process of the desktop application. */
export function startCoreUtility(entry: string, options: CoreOptions): CoreHandle {
  const child = utilityProcess.fork(entry, coreArguments(options), {
    serviceName: 'Residual core',
    stdio: 'inherit',
  })
  const ending = createEnding()
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code) => {
      ending.end()
      resolve(`exit code ${code}`)
    })
  })
  return {
    link: {
      post: (message) => child.postMessage(message),
      onMessage: (handler) => void child.on('message', handler),
      onClose: ending.onEnd,
      close: () => void child.kill(),
    },
    kill() {
      // child.kill() asks politely, which a core stuck in native code does not hear.
      if (child.pid === undefined) return
      try {
        process.kill(child.pid, 'SIGKILL')
      } catch {
        // It has just ended by itself; `ended` tells of it.
      }
    },
    ended,
  }
}

/** The main process's end of a port as a link. */
export function mainPortLink(port: MessagePortMain): Link {
  const ending = createEnding()
  port.once('close', ending.end)
  return {
    post: (message) => port.postMessage(message),
    onMessage(handler) {
      port.on('message', (event) => handler(event.data))
      port.start()
    },
    onClose: ending.onEnd,
    close: () => port.close(),
  }
}
