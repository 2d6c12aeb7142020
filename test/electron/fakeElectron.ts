import { EventEmitter } from 'node:events'
import { vi } from 'vitest'
import { serve } from '../../src/contract/wire/serve.ts'
import { fakeApi } from '../hosts/web/fakeApi.ts'

type Handler = (...given: never[]) => unknown

/** A port whose messages arrive at its twin as structured clones. */
class FakePort extends EventEmitter {
  twin: FakePort | null = null
  postMessage(message: unknown): void {
    const data = structuredClone(message)
    queueMicrotask(() => this.twin?.emit('message', { data }))
  }
  start(): void {}
  close(): void {
    this.emit('close')
    this.twin?.emit('close')
  }
}

class FakeContents extends EventEmitter {
  mainFrame = { url: 'app://residual/' }
  openHandler: Handler | null = null
  sent: { channel: string; ports: FakePort[] }[] = []
  setWindowOpenHandler(handler: Handler): void {
    this.openHandler = handler
  }
  postMessage(channel: string, _message: unknown, ports: FakePort[]): void {
    this.sent.push({ channel, ports })
  }
}

class FakeWindow extends EventEmitter {
  static all: FakeWindow[] = []
  webContents = new FakeContents()
  loaded: string[] = []
  constructor(readonly options: Record<string, unknown>) {
    super()
    FakeWindow.all.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  async loadURL(url: string): Promise<void> {
    this.loaded.push(url)
  }
  getNormalBounds = () => ({ x: 10, y: 20, width: 1000, height: 700 })
  isMinimized = () => true
  restore = vi.fn()
  focus = vi.fn()
  show = vi.fn()
  reload = vi.fn()
}

/** A core that answers readProject, in this process. */
class FakeUtility extends EventEmitter {
  pid = undefined
  received: unknown[] = []
  private toCore: ((message: unknown) => void)[] = []
  constructor(readonly forkedWith: unknown[]) {
    super()
    serve(
      {
        post: (message) => queueMicrotask(() => this.emit('message', structuredClone(message))),
        onMessage: (handler) => void this.toCore.push(handler),
        onClose: () => undefined,
        close: () => undefined,
      },
      fakeApi,
    )
  }
  postMessage(message: unknown): void {
    this.received.push(message)
    if (message === 'close') queueMicrotask(() => this.emit('exit', 0))
    for (const handler of this.toCore) handler(structuredClone(message))
  }
  kill = () => true
}

const paths = { root: '', userData: '' }

const app = Object.assign(new EventEmitter(), {
  isPackaged: false,
  getAppPath: () => paths.root,
  getPath: () => paths.userData,
  requestSingleInstanceLock: vi.fn(() => true),
  whenReady: async () => undefined,
  quit: vi.fn(),
  exit: vi.fn(),
})

const session = {
  defaultSession: {
    setPermissionRequestHandler: vi.fn<(handler: Handler) => void>(),
    setPermissionCheckHandler: vi.fn<(handler: Handler) => void>(),
    setDevicePermissionHandler: vi.fn<(handler: Handler) => void>(),
    webRequest: { onBeforeRequest: vi.fn<(handler: Handler) => void>() },
  },
}

const ipcHandlers = new Map<string, Handler>()
const ipcMain = Object.assign(new EventEmitter(), {
  handle: (channel: string, handler: Handler) => void ipcHandlers.set(channel, handler),
})

const forked: FakeUtility[] = []

export const fake = { app, session, ipcMain, ipcHandlers, paths, forked, windows: FakeWindow.all }

/** Stands for the module `electron`, as far as the main process uses it. */
export const electron = {
  app,
  session,
  ipcMain,
  BrowserWindow: FakeWindow,
  MessageChannelMain: class {
    port1 = new FakePort()
    port2 = new FakePort()
    constructor() {
      this.port1.twin = this.port2
      this.port2.twin = this.port1
    }
  },
  Menu: { buildFromTemplate: vi.fn((template: unknown) => template), setApplicationMenu: vi.fn() },
  dialog: {
    showErrorBox: vi.fn(),
    showSaveDialog: vi.fn(async () => ({ canceled: false, filePath: '/chosen/out.csv' })),
    showOpenDialog: vi.fn(async () => ({ filePaths: ['/chosen/in.csv'] })),
  },
  protocol: {
    registerSchemesAsPrivileged: vi.fn(),
    handle: vi.fn<(scheme: string, handler: Handler) => void>(),
  },
  screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
  shell: { openExternal: vi.fn(async () => undefined), openPath: vi.fn(), showItemInFolder: vi.fn() },
  utilityProcess: {
    fork: vi.fn((...given: unknown[]) => {
      const child = new FakeUtility(given)
      forked.push(child)
      return child
    }),
  },
}
