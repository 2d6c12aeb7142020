import { join } from 'node:path'
import { app, BrowserWindow, dialog } from 'electron'
import { pageOrigin } from './channels.ts'
import { rememberedPlace, rememberPlace, smallest } from './windowPlace.ts'

/** A page that died this often in a minute dies while it loads: loading it once more would not help. */
const mostReloads = 3
const minute = 60_000

/** The one window: made when first shown, brought to the front afterwards. */
export function createWindows(options: { readonly preload: string; readonly icon: string }) {
  let window: BrowserWindow | null = null

  function complain(thrown: unknown): void {
    dialog.showErrorBox('Residual', thrown instanceof Error ? thrown.message : String(thrown))
  }

  function make(): BrowserWindow {
    let reloads: number[] = []
    const placeFile = join(app.getPath('userData'), 'window.json')
    const made = new BrowserWindow({
      ...rememberedPlace(placeFile),
      minWidth: smallest.width,
      minHeight: smallest.height,
      title: 'Residual',
      icon: options.icon,
      show: false,
      webPreferences: {
        preload: options.preload,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
        devTools: !app.isPackaged,
      },
    })
    rememberPlace(made, placeFile)
    made.once('ready-to-show', () => made.show())
    made.on('closed', () => {
      window = null
    })
    // The page holds nothing that the core does not have: a page that died is loaded again.
    made.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason === 'clean-exit' || reason === 'killed') return
      const now = Date.now()
      reloads = [...reloads.filter((at) => now - at < minute), now]
      if (reloads.length <= mostReloads) made.reload()
      else complain(new Error(`The page stopped ${reloads.length} times (${reason}). Restart Residual.`))
    })
    void made.loadURL(`${pageOrigin}/`)
    return made
  }

  return {
    current: () => window,
    show(): void {
      if (window === null) {
        window = make()
        return
      }
      if (window.isMinimized()) window.restore()
      window.focus()
    },
    /** Tells of something that the page cannot tell of, in a box of its own. */
    complain,
  }
}
