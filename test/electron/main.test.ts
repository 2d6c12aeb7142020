import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MenuItemConstructorOptions } from 'electron'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Connection, connect } from '../../src/contract/wire/connect.ts'
import { emptyProject } from '../hosts/web/fakeApi.ts'
import { electron, fake } from './fakeElectron.ts'

vi.mock('electron', async () => (await import('./fakeElectron.ts')).electron)

const root = mkdtempSync(join(tmpdir(), 'residual-electron-'))
const project = join(root, 'project')
const page = 'app://residual/'

beforeAll(async () => {
  fake.paths.root = root
  fake.paths.userData = root
  mkdirSync(join(root, 'dist/renderer'), { recursive: true })
  writeFileSync(join(root, 'dist/renderer/index.html'), '<!doctype html>')
  process.argv = ['electron', root, '--project', project, '--some-chromium-switch']
  await import('../../electron/main.ts')
  await vi.waitFor(() => expect(fake.windows).toHaveLength(1))
})
afterAll(() => rmSync(root, { recursive: true }))

const theWindow = () => {
  const [window] = fake.windows
  if (window === undefined) throw new Error('no window')
  return window
}
const fromPage = () => ({ sender: theWindow().webContents, senderFrame: theWindow().webContents.mainFrame })
const ask = (channel: string, event: unknown, ...given: unknown[]) =>
  fake.ipcHandlers.get(channel)?.(...([event, ...given] as never[]))

/** Asks for a port as the preload script does, and connects over it as the page does. */
function openPort(): Connection {
  fake.ipcMain.emit('residual:port', fromPage())
  const port = theWindow().webContents.sent.at(-1)?.ports[0]
  if (port === undefined) throw new Error('no port came')
  return connect({
    post: (message) => port.postMessage(message),
    onMessage: (handler) => void port.on('message', ({ data }) => handler(data)),
    onClose: (handler) => void port.on('close', handler),
    close: () => port.close(),
  })
}

describe('the window', () => {
  it('is hardened', () => {
    expect(theWindow().options.webPreferences).toEqual({
      preload: join(root, 'dist/electron/preload.cjs'),
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
      devTools: true,
    })
  })

  it('loads the page from the application itself', () => {
    expect(theWindow().loaded).toEqual([page])
  })

  it('opens no other window, and hands only listed sites to the browser', () => {
    const open = (url: string) => theWindow().webContents.openHandler?.({ url } as never)
    for (const url of [
      'https://evil.example/',
      'file:///etc/passwd',
      'https://onnxruntime.ai.evil.example/',
      'no address',
    ])
      expect(open(url)).toEqual({ action: 'deny' })
    expect(electron.shell.openExternal).not.toHaveBeenCalled()
    expect(open('https://onnxruntime.ai/docs')).toEqual({ action: 'deny' })
    expect(electron.shell.openExternal).toHaveBeenCalledExactlyOnceWith('https://onnxruntime.ai/docs')
  })

  it.each([
    ['will-navigate', 'https://evil.example/', true],
    ['will-navigate', 'file:///tmp/dropped.csv', true],
    ['will-navigate', `${page}other`, true],
    ['will-navigate', page, false],
    ['will-redirect', page, true],
    ['will-attach-webview', '', true],
  ])('stays where it is: %s to %s', (name, url, prevented) => {
    const event = { url, preventDefault: vi.fn() }
    theWindow().webContents.emit(name, event)
    expect(event.preventDefault).toHaveBeenCalledTimes(prevented ? 1 : 0)
  })

  it('is reloaded when its page dies', () => {
    theWindow().webContents.emit('render-process-gone', {}, { reason: 'crashed' })
    expect(theWindow().reload).toHaveBeenCalledOnce()
  })
})

describe('the session', () => {
  const given = (mock: { mock: { calls: unknown[][] } }) =>
    mock.mock.calls[0]?.[0] as (...args: unknown[]) => unknown

  it('denies every permission', () => {
    const { setPermissionRequestHandler, setPermissionCheckHandler, setDevicePermissionHandler } =
      fake.session.defaultSession
    const decide = vi.fn()
    given(setPermissionRequestHandler)({}, 'media', decide)
    expect(decide).toHaveBeenCalledExactlyOnceWith(false)
    expect([given(setPermissionCheckHandler)(), given(setDevicePermissionHandler)()]).toEqual([false, false])
  })

  it.each([
    ['app://residual/index.html', false],
    ['https://example.com/', true],
    ['http://127.0.0.1/', true],
    ['file:///etc/passwd', true],
    ['ws://127.0.0.1/', true],
  ])('fetches nothing from outside: %s', (url, cancel) => {
    const decide = vi.fn()
    given(fake.session.defaultSession.webRequest.onBeforeRequest)({ url }, decide)
    expect(decide).toHaveBeenCalledExactlyOnceWith({ cancel })
  })
})

describe('the page protocol', () => {
  const fetchPage = (url: string, method = 'GET') =>
    electron.protocol.handle.mock.calls[0]?.[1]({ url, method } as never) as Response

  it('serves the page with a strict policy', async () => {
    const response = fetchPage(page)
    expect([response.status, await response.text()]).toEqual([200, '<!doctype html>'])
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'self'")
    expect(policy).not.toContain('unsafe')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it.each(['app://residual/../main.js', 'app://residual/%2e%2e/x', 'app://other/', 'app://residual/nothing'])(
    'serves nothing else: %s',
    (url) => expect(fetchPage(url).status).toBe(404),
  )

  it('answers GET only', () => expect(fetchPage(page, 'POST').status).toBe(404))
})

describe('a port', () => {
  it('connects the page to the core', async () => {
    const connection = openPort()
    expect(await connection.api.readProject({})).toEqual(emptyProject)
    connection.close()
    expect(fake.forked[0]?.forkedWith.slice(0, 2)).toEqual([
      join(root, 'dist/electron/core.js'),
      ['--folder', project, '--samples', join(root, 'resources/samples')],
    ])
  })

  it('is refused to anything but the page in its own frame', () => {
    const before = theWindow().webContents.sent.length
    const { sender } = fromPage()
    fake.ipcMain.emit('residual:port', { sender, senderFrame: null })
    fake.ipcMain.emit('residual:port', { sender, senderFrame: { url: page } })
    sender.mainFrame.url = 'https://evil.example/'
    fake.ipcMain.emit('residual:port', fromPage())
    sender.mainFrame.url = page
    expect(theWindow().webContents.sent).toHaveLength(before)
  })

  it('tells of files opened from outside, those before it too', async () => {
    const opened: unknown[] = []
    fake.app.emit('second-instance', {}, [], '/', { file: '/data/a.csv' })
    expect(theWindow().focus).toHaveBeenCalled()
    const connection = openPort()
    connection.on('fileOpened', (source) => opened.push(source))
    const event = { preventDefault: vi.fn() }
    fake.app.emit('open-file', event, '/data/b.csv')
    await vi.waitFor(() => expect(opened).toHaveLength(2))
    expect(event.preventDefault).toHaveBeenCalled()
    expect(opened).toEqual([
      { path: '/data/a.csv', name: 'a.csv' },
      { path: '/data/b.csv', name: 'b.csv' },
    ])
  })
})

describe('the file dialogs', () => {
  it('suggest a name, never a folder', async () => {
    expect(await ask('residual:choose-save-file', fromPage(), '../../etc/pa:ss.csv')).toBe('/chosen/out.csv')
    const [, options] = electron.dialog.showSaveDialog.mock.calls[0] as unknown as [
      unknown,
      { defaultPath: string },
    ]
    expect(options.defaultPath).toBe(join(root, '.._.._etc_pa_ss.csv'))
  })

  it('show a file that was handed out, and no other', async () => {
    await ask('residual:show-in-folder', fromPage(), '/chosen/out.csv')
    expect(() => ask('residual:show-in-folder', fromPage(), '/etc/passwd')).toThrow('Only files')
    expect(electron.shell.showItemInFolder).toHaveBeenCalledExactlyOnceWith('/chosen/out.csv')
  })

  it('are refused to other senders and odd input', () => {
    const stranger = { sender: theWindow().webContents, senderFrame: { url: 'https://evil.example/' } }
    for (const channel of ['residual:choose-save-file', 'residual:show-in-folder']) {
      expect(() => ask(channel, stranger, '/chosen/out.csv')).toThrow('Refused')
      expect(() => ask(channel, fromPage(), { path: '/' })).toThrow('Refused')
    }
  })
})

describe('the application', () => {
  it('registers its scheme as a secure one and allows a single instance', () => {
    expect(electron.protocol.registerSchemesAsPrivileged).toHaveBeenCalledExactlyOnceWith([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ])
    expect(fake.app.requestSingleInstanceLock).toHaveBeenCalledOnce()
  })

  it('has the usual menu with shortcuts', () => {
    const [template] = electron.Menu.buildFromTemplate.mock.calls[0] as [MenuItemConstructorOptions[]]
    const items = template.flatMap((menu) => (menu.submenu ?? []) as MenuItemConstructorOptions[])
    const shortcuts = Object.fromEntries(
      items.filter((item) => item.accelerator).map((item) => [item.accelerator, item.label]),
    )
    expect(shortcuts).toEqual({
      'CmdOrCtrl+O': '&Open file…',
      'CmdOrCtrl+E': '&Export flagged rows…',
      'CmdOrCtrl+.': '&Cancel job',
    })
    expect(items.map((item) => item.role)).toEqual(
      expect.arrayContaining(['zoomIn', 'zoomOut', 'resetZoom', 'about']),
    )
  })

  it('remembers where the window was', () => {
    theWindow().emit('close')
    expect(JSON.parse(readFileSync(join(root, 'window.json'), 'utf8'))).toEqual({
      x: 10,
      y: 20,
      width: 1000,
      height: 700,
    })
  })

  it('closes the core before it ends', async () => {
    const event = { preventDefault: vi.fn() }
    fake.app.emit('will-quit', event)
    expect(event.preventDefault).toHaveBeenCalledOnce()
    await vi.waitFor(() => expect(fake.app.quit).toHaveBeenCalledOnce())
    expect(fake.forked[0]?.received).toContain('close')
  })
})
