import { join, resolve } from 'node:path'
import { superviseCore } from './coreProcess.ts'
import { existingFile } from './existingFile.ts'
import { forkCore } from './forkCore.ts'
import { defaultProject, places } from './places.ts'
import { endingSignals } from './signals.ts'
import { openBrowser } from './web/browser.ts'
import { createPages } from './web/pages.ts'
import { openWebServer } from './web/server.ts'

export interface WebHost {
  /** The first address, with its one-time token. */
  readonly address: string
  /** Ends the pages, the server and the core; the project is closed properly. */
  close(): Promise<void>
}

/**
 * The workbench for any browser on this machine: a loopback server in this process, the core in another.
 * A Failure says why when the project cannot be opened or the port not be used.
 */
export async function startWebHost(options: {
  /** The project; the person's own default one when left out. */
  readonly folder?: string | undefined
  /** 0 lets the system choose. */
  readonly port: number
  readonly engine?: string | undefined
  readonly threads?: number | undefined
  readonly fallback?: 'reference' | undefined
  /** A file to import at once. */
  readonly file?: string | undefined
  /** Called with a further address whenever one was used. */
  readonly onNextAddress?: ((address: string) => void) | undefined
}): Promise<WebHost> {
  const { page, core: entry, samples } = places()
  const folder = resolve(options.folder ?? defaultProject())
  const path = options.file === undefined ? undefined : await existingFile(options.file)
  const pages = createPages()
  const core = superviseCore({
    start: () => {
      const { engine, threads, fallback } = options
      return forkCore(entry, { folder, samplesFolder: samples, engine, threads, fallback })
    },
    announce: pages.announce,
  })
  try {
    await core.api.readProject({})
    const exportsFolder = join(folder, 'exports')
    const server = await openWebServer({
      api: core.api,
      pages,
      pageFolder: page,
      exportsFolder,
      port: options.port,
      onNextAddress: options.onNextAddress,
    })
    if (path !== undefined) await core.api.startImport({ source: { kind: 'path', path } })
    return {
      address: server.address,
      async close() {
        await server.close()
        await core.close()
      },
    }
  } catch (thrown) {
    await core.close()
    throw thrown
  }
}

/** `startWebHost`, with the address printed, the browser opened, and a clean end at Ctrl-C. */
export async function runWebHost(
  options: Parameters<typeof startWebHost>[0] & { readonly open: boolean },
): Promise<void> {
  const host = await startWebHost({
    ...options,
    onNextAddress: (address) => console.log(`Another browser may come by ${address}`),
  })
  console.log(`Residual is at ${host.address} (Ctrl-C ends it)`)
  if (options.open) openBrowser(host.address)
  const signal = await new Promise<string>((done) => {
    for (const name of endingSignals) process.once(name, () => done(name))
  })
  await host.close()
  process.exitCode = signal === 'SIGINT' ? 130 : 0
}
