import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { findBrowser } from '../browser.mjs'

export const root = resolve(import.meta.dirname, '../..')
/** Tables that ship with Residual, so that these tests need nothing beside the clone. */
export const samples = join(root, 'resources/samples')
const commandLine = join(root, 'dist/hosts/cli.js')

export interface Served {
  /** The address with its one-time token. */
  readonly address: string
  readonly project: string
  readonly process: ChildProcess
  /** Process ids of the core processes below the host. */
  corePids(): Promise<number[]>
  stop(): Promise<void>
}

/** Starts the loopback host as a person would and waits for its address. */
export async function serveWorkbench(extraArguments: readonly string[] = []): Promise<Served> {
  const project = join(await mkdtemp(join(tmpdir(), 'residual-e2e-')), 'story.residual')
  const host = spawn(
    process.execPath,
    [commandLine, 'serve', '--no-open', '--project', project, ...extraArguments],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const address = await new Promise<string>((found, failed) => {
    let said = ''
    const hear = (text: Buffer) => {
      said += text.toString()
      const match = /http:\/\/127\.0\.0\.1:\d+\/\S*token=\S+/.exec(said)
      if (match) found(match[0])
    }
    host.stdout.on('data', hear)
    host.stderr.on('data', hear)
    host.once('exit', (code) => failed(new Error(`the host ended with ${code}: ${said}`)))
  })
  return {
    address,
    project,
    process: host,
    corePids: () => corePids(host.pid),
    async stop() {
      if (host.exitCode === null && host.signalCode === null) {
        const gone = new Promise((done) => host.once('exit', done))
        host.kill('SIGTERM')
        await gone
      }
      await rm(resolve(project, '..'), { recursive: true, force: true })
    },
  }
}

export interface OpenedPage {
  readonly page: Page
  readonly served: Served
  close(): Promise<void>
}

/** A new project in a window of its own: one host, one browser, one page. */
export async function openPage(options: BrowserContextOptions = {}): Promise<OpenedPage> {
  const browser = await chromium.launch({
    executablePath: findBrowser() ?? 'chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-quic'],
  })
  const served = await serveWorkbench()
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options })
  await page.goto(served.address)
  return {
    page,
    served,
    async close() {
      await browser.close()
      await served.stop()
    },
  }
}

/** Process ids of a host's children, by Linux's own records. */
export async function corePids(host: number | undefined): Promise<number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const records = await Promise.all(all.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  // "4711 (name) S parent ...": the name may hold spaces and brackets of its own.
  return all
    .filter((_, index) => records[index]?.split(') ').at(-1)?.split(' ')[1] === String(host))
    .map(Number)
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end. */
export function run(command: string, commandArguments: readonly string[]): Promise<Finished> {
  return new Promise((done, failed) => {
    const child = spawn(command, commandArguments, { stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (text: Buffer) => {
      stdout += text.toString()
    })
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString()
    })
    child.once('error', failed)
    child.once('close', (code) => done({ code, stdout, stderr }))
  })
}

/** `residual ...` as a person types it. */
export const residual = (...commandArguments: string[]): Promise<Finished> =>
  run(process.execPath, [commandLine, ...commandArguments])

/** Drops files from the desktop onto the page: the browser's own drag and drop, with real paths. */
export async function dropFiles(page: Page, files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...files], dragOperationsMask: 1 }
  const at = { x: 400, y: 300 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data })
  }
  await session.detach()
}

/** The number in an element's text. */
export const numberIn = async (page: Page, testId: string): Promise<number> =>
  Number((await page.getByTestId(testId).innerText()).replace(/[^\d.eE+-]/g, ''))
