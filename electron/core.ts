import { parseArgs } from 'node:util'
import type { Api } from '../src/contract/api.ts'
import { type Served, serve } from '../src/contract/wire/serve.ts'
import { postOpenFailure } from '../src/hosts/openFailure.ts'
import { closeRequest, parentLink } from '../src/hosts/processLink.ts'
import { createWorkbench } from '../src/workbench/createWorkbench.ts'

// The core: one workbench in a process of its own, serving whoever started it.
const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    samples: { type: 'string' },
    engine: { type: 'string' },
    threads: { type: 'string' },
    fallback: { type: 'string' },
  },
})
if (values.folder === undefined || values.samples === undefined)
  throw new Error('The core needs --folder and --samples.')

const link = parentLink()
let served: Served | undefined
const workbench = createWorkbench({
  folder: values.folder,
  samplesFolder: values.samples,
  ...(values.engine === undefined ? {} : { engine: values.engine }),
  threads: values.threads === undefined ? undefined : Number(values.threads),
  fallBack:
    values.fallback === undefined
      ? undefined
      : ({ message }) => console.error(`${message} The reference engine goes on, slowly.`),
  announce: (event, ...payload) => served?.announce(event, ...payload),
})
const api: Promise<Api> = workbench.then((opened) => opened.api)
served = serve(link, api)
// The calls that wait are answered with the reason; the host ends this process and may try another.
api.catch((thrown) => postOpenFailure(link, thrown))

/** A host that asks, or that is gone, ends the core; what was saved is closed properly first. */
async function stop(): Promise<never> {
  await workbench.then((opened) => opened.close()).catch(() => undefined)
  process.exit(0)
}
link.onClose(() => void stop())
link.onMessage((message) => void (message === closeRequest && stop()))
process.once('SIGTERM', () => void stop())
// Ctrl-C reaches the whole group; the host closes the core in its own time.
process.on('SIGINT', () => undefined)
