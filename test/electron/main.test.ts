import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { emptyProject } from '../hosts/web/fakeApi.ts'
import { electron, fake } from './fakeElectron.ts'
import { ask, choose, fromPage, openMain, openPort, page, project, root, theWindow } from './openMain.ts'

vi.mock('electron', async () => (await import('./fakeElectron.ts')).electron)
beforeAll(openMain)

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

  it('opens no other window and no address outside', () => {
    const open = (url: string) => theWindow().webContents.openHandler?.({ url } as never)
    for (const url of ['https://evil.example/', 'file:///etc/passwd', 'no address']) {
      expect(open(url)).toEqual({ action: 'deny' })
    }
    expect(electron.shell.openExternal).not.toHaveBeenCalled()
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

  it('is reloaded when its page dies, but not for ever', () => {
    const dies = (reason = 'crashed') => theWindow().webContents.emit('render-process-gone', {}, { reason })
    dies('killed')
    expect(theWindow().reload).not.toHaveBeenCalled()
    for (let time = 0; time < 3; time++) dies()
    expect(theWindow().reload).toHaveBeenCalledTimes(3)
    expect(electron.dialog.showErrorBox).not.toHaveBeenCalled()
    dies()
    expect(theWindow().reload).toHaveBeenCalledTimes(3)
    expect(electron.dialog.showErrorBox).toHaveBeenCalledExactlyOnceWith(
      'Residual',
      'The page stopped 4 times (crashed). Restart Residual.',
    )
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000)
    dies()
    expect(theWindow().reload).toHaveBeenCalledTimes(4)
    vi.restoreAllMocks()
  })
})

describe('the session', () => {
  const given = (mock: { mock: { calls: unknown[][] } }) =>
    mock.mock.calls[0]?.[0] as (...args: unknown[]) => unknown

  it.each([
    ['clipboard-read', page, true, true],
    ['clipboard-sanitized-write', page, true, true],
    ['clipboard-read', 'app://residual', true, true],
    ['clipboard-read', page, false, false],
    ['clipboard-read', 'app://residual.evil.example/', true, false],
    ['clipboard-sanitized-write', 'https://evil.example/', true, false],
    ['clipboard-read', '', true, false],
    ['media', page, true, false],
    ['notifications', page, true, false],
    ['deprecated-sync-clipboard-read', page, true, false],
    ['fileSystem', page, true, false],
  ])('%s of %s, main frame %s: %s', (permission, address, isMainFrame, granted) => {
    const { setPermissionRequestHandler, setPermissionCheckHandler } = fake.session.defaultSession
    const decide = vi.fn()
    given(setPermissionRequestHandler)({}, permission, decide, { requestingUrl: address, isMainFrame })
    expect(decide).toHaveBeenCalledExactlyOnceWith(granted)
    expect(given(setPermissionCheckHandler)({}, permission, address, { isMainFrame })).toBe(granted)
  })

  it('denies every device', () => {
    expect(given(fake.session.defaultSession.setDevicePermissionHandler)()).toBe(false)
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

  it('tells of a file chosen in the menu, also when it was chosen before', async () => {
    openPort().close()
    choose('&Open file…')
    await vi.waitFor(() => expect(electron.dialog.showOpenDialog).toHaveBeenCalledOnce())
    const connection = openPort()
    const opened: unknown[] = []
    connection.on('fileOpened', (source) => opened.push(source))
    choose('&Open file…')
    await vi.waitFor(() => expect(opened).toHaveLength(2))
    expect(opened[0]).toEqual({ path: '/chosen/in.csv', name: 'in.csv' })
    expect(opened[1]).toEqual(opened[0])
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
