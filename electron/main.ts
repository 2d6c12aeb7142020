import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { app, dialog, Menu, session, shell } from 'electron'
import { superviseCore } from '../src/hosts/coreProcess.ts'
import { defaultProject, places } from '../src/hosts/places.ts'
import { startCoreUtility } from './coreUtility.ts'
import { createFiles } from './files.ts'
import { guardPages, guardSession } from './guards.ts'
import { buildMenu } from './menu.ts'
import { namedFile } from './namedFile.ts'
import { registerPageScheme, servePage } from './pageProtocol.ts'
import { createPorts } from './ports.ts'
import { createWindows } from './windows.ts'

// The desktop host: one window, its menu and dialogs, and a core in a process of its own. It holds no data.
const { values, positionals } = parseArgs({
  args: process.argv.slice(app.isPackaged ? 1 : 2),
  options: { project: { type: 'string' }, engine: { type: 'string' } },
  allowPositionals: true,
  strict: false, // Chromium's own switches are none of our business
})
const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
const [named] = positionals
const givenFile = namedFile(named)
const folder = resolve(text(values.project) || defaultProject())

// Not awaited here: Electron is ready only after this module has been evaluated.
if (app.requestSingleInstanceLock({ file: givenFile, folder })) open().catch(giveUp)
else app.quit()

function giveUp(thrown: unknown): void {
  dialog.showErrorBox('Residual cannot start', thrown instanceof Error ? thrown.message : String(thrown))
  app.exit(1)
}

async function open(): Promise<void> {
  registerPageScheme()
  guardPages()

  const where = places(app.getAppPath())
  const windows = createWindows({ preload: where.preload, icon: where.icon })
  const files = createFiles(windows.current)
  const ports = createPorts()

  // Files named at a start, the first or a later one, are imported at once; before there is a core they wait.
  const early = givenFile === undefined ? [] : [givenFile]
  let importNamed = (path: string) => void early.push(path)
  // macOS names the file of a double click before it says that it is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    importNamed(path)
  })
  app.on('second-instance', (_event, _argv, _folder, data) => {
    windows.show()
    const { file, folder: asked } = { ...(data as { file?: unknown; folder?: unknown } | null) }
    if (typeof asked === 'string' && asked !== folder)
      windows.complain(
        new Error(`Residual is open with the project ${folder}. Close it before you open ${asked}.`),
      )
    else if (typeof file === 'string') importNamed(file)
  })

  await app.whenReady()
  guardSession(session.defaultSession)
  await servePage(where.page)
  const core = superviseCore({
    start: () =>
      startCoreUtility(where.core, { folder, samplesFolder: where.samples, engine: text(values.engine) }),
    announce: (event, ...payload) => {
      const [about] = payload
      if (event === 'jobChanged' && about !== undefined && 'jobId' in about) files.sawJob(about)
      ports.announce(event, ...payload)
    },
  })
  ports.listen(core.api)
  files.listen()
  importNamed = (path) =>
    void core.api.startImport({ source: { kind: 'path', path } }).catch(windows.complain)
  for (const path of early) importNamed(path)

  Menu.setApplicationMenu(
    buildMenu(
      {
        openFile: () => void files.chooseOpenFile().then((path) => path !== null && ports.openFile(path)),
        cancelJobs: () => void cancelJobs().catch(windows.complain),
        showProjectFolder: () => void shell.openPath(folder),
      },
      { mac: process.platform === 'darwin', developing: !app.isPackaged },
    ),
  )
  const cancelJobs = async () => {
    const running = (await core.api.listJobs({})).filter((job) => job.status.state === 'running')
    await Promise.all(running.map(({ jobId }) => core.api.cancelJob({ jobId })))
  }

  let closed = false
  app.on('will-quit', (event) => {
    if (closed) return
    event.preventDefault()
    void core.close().finally(() => {
      closed = true
      app.quit()
    })
  })
  app.on('window-all-closed', () => process.platform !== 'darwin' && app.quit())
  app.on('activate', windows.show)
  windows.show()
}
