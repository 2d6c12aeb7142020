import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MenuItemConstructorOptions } from 'electron'
import { expect, vi } from 'vitest'
import { type Connection, connect } from '../../src/contract/wire/connect.ts'
import { electron, fake } from './fakeElectron.ts'

export const root = mkdtempSync(join(tmpdir(), 'residual-electron-'))
export const project = join(root, 'project')
export const page = 'app://residual/'

/** Starts the main process with the stand-in for `electron`, a project and a file named on its command line. */
export async function openMain(): Promise<() => void> {
  fake.paths.root = root
  fake.paths.userData = root
  mkdirSync(join(root, 'dist/renderer'), { recursive: true })
  writeFileSync(join(root, 'dist/renderer/index.html'), '<!doctype html>')
  process.argv = ['electron', root, '--project', project, '--some-chromium-switch', 'a.csv']
  await import('../../electron/main.ts')
  await vi.waitFor(() => expect(fake.windows).toHaveLength(1))
  return () => rmSync(root, { recursive: true })
}

export const theWindow = () => {
  const [window] = fake.windows
  if (window === undefined) throw new Error('no window')
  return window
}
export const fromPage = () => ({
  sender: theWindow().webContents,
  senderFrame: theWindow().webContents.mainFrame,
})
export const ask = (channel: string, event: unknown, ...given: unknown[]) =>
  fake.ipcHandlers.get(channel)?.(...([event, ...given] as never[]))

/** Chooses an item of the menu. */
export function choose(label: string): void {
  const [template] = electron.Menu.buildFromTemplate.mock.calls[0] as [MenuItemConstructorOptions[]]
  const items = template.flatMap((menu) => (menu.submenu ?? []) as MenuItemConstructorOptions[])
  const item = items.find((one) => one.label === label)
  if (item?.click === undefined) throw new Error(`no item ${label}`)
  Reflect.apply(item.click, item, [])
}

/** What a call was given, each time it reached the core. */
export const callsOf = (method: string) =>
  (fake.forked[0]?.received ?? []).flatMap((message) => {
    const { t, m, a } = Object(message) as { t?: string; m?: string; a?: unknown[] }
    return t === 'q' && m === method ? [a] : []
  })

/** Asks for a port as the preload script does, and connects over it as the page does. */
export function openPort(): Connection {
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
