import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { MenuItemConstructorOptions } from 'electron'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { electron, fake } from './fakeElectron.ts'
import { callsOf, choose, openMain, openPort, project, root, theWindow } from './openMain.ts'

vi.mock('electron', async () => (await import('./fakeElectron.ts')).electron)
beforeAll(openMain)

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
      'CmdOrCtrl+.': '&Cancel job',
    })
    expect(items.map((item) => item.role)).toEqual(
      expect.arrayContaining(['zoomIn', 'zoomOut', 'resetZoom', 'about']),
    )
  })

  it('cancels the jobs that run, from the menu', async () => {
    choose('&Cancel job')
    await vi.waitFor(() => expect(callsOf('cancelJob')).toEqual([[{ jobId: 'job-1' }]]))
  })

  it('shows the folder of the project, from the menu', () => {
    choose('Show &project folder')
    expect(electron.shell.openPath).toHaveBeenCalledExactlyOnceWith(project)
  })

  it('imports files named at its own start, at a later one, and by the system', async () => {
    const event = { preventDefault: vi.fn() }
    fake.app.emit('second-instance', {}, [], '/', { file: '/data/b.csv', folder: project })
    fake.app.emit('second-instance', {}, [], '/', { file: undefined, folder: project })
    fake.app.emit('open-file', event, '/data/c.csv')
    expect(theWindow().focus).toHaveBeenCalledTimes(2)
    expect(event.preventDefault).toHaveBeenCalledOnce()
    await vi.waitFor(() => expect(callsOf('startImport')).toHaveLength(3))
    expect(callsOf('startImport')).toEqual(
      [resolve('a.csv'), '/data/b.csv', '/data/c.csv'].map((path) => [{ source: { kind: 'path', path } }]),
    )
  })

  it('says at a later start with another project that it does not change to that', async () => {
    electron.dialog.showErrorBox.mockClear()
    const before = callsOf('startImport').length
    fake.app.emit('second-instance', {}, [], '/', { file: '/data/d.csv', folder: '/another' })
    expect(electron.dialog.showErrorBox).toHaveBeenCalledExactlyOnceWith(
      'Residual',
      `Residual is open with the project ${project}. Close it before you open /another.`,
    )
    await openPort().api.readProject({})
    expect(callsOf('startImport')).toHaveLength(before)
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
