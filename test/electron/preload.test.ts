import { describe, expect, it, vi } from 'vitest'

const seen = vi.hoisted(() => ({
  exposed: [] as [string, Record<string, unknown>][],
  listeners: new Map<string, (event: { ports: unknown[] }) => void>(),
  posted: [] as unknown[][],
}))
const invoke = vi.hoisted(() => vi.fn(async () => null))
const send = vi.hoisted(() => vi.fn())

vi.mock('electron', () => ({
  contextBridge: {
    exposeInMainWorld: (name: string, api: Record<string, unknown>) => seen.exposed.push([name, api]),
  },
  ipcRenderer: {
    on: (channel: string, listener: (event: { ports: unknown[] }) => void) =>
      seen.listeners.set(channel, listener),
    invoke,
    send,
  },
  webUtils: {
    getPathForFile: (file: { name: string }) => (file.name === 'pasted' ? '' : `/disk/${file.name}`),
  },
}))
vi.stubGlobal('window', {
  location: { origin: 'app://residual' },
  postMessage: (...given: unknown[]) => seen.posted.push(given),
})
await import('../../electron/preload.ts')

const host = () => (seen.exposed[0]?.[1] ?? {}) as Record<string, (given?: unknown) => unknown>

describe('the preload script', () => {
  it('exposes four functions and nothing else', () => {
    expect(seen.exposed.map(([name, api]) => [name, Object.keys(api).sort()])).toEqual([
      ['residualHost', ['chooseSaveFile', 'pathForFile', 'requestPort', 'showInFolder']],
    ])
    expect(Object.values(host()).every((value) => typeof value === 'function')).toBe(true)
  })

  it('hands the port to its own page', () => {
    const port = {}
    host().requestPort?.()
    expect(send).toHaveBeenCalledExactlyOnceWith('residual:port')
    seen.listeners.get('residual:port')?.({ ports: [port] })
    expect(seen.posted).toEqual([['residual:port', 'app://residual', [port]]])
  })

  it('passes the dialogs on with one argument', async () => {
    await host().chooseSaveFile?.('a.csv')
    await host().showInFolder?.('/a.csv')
    expect(invoke.mock.calls).toEqual([
      ['residual:choose-save-file', 'a.csv'],
      ['residual:show-in-folder', '/a.csv'],
    ])
  })

  it('finds the path of a file, where it has one', () => {
    expect(host().pathForFile?.({ name: 'a.csv' })).toBe('/disk/a.csv')
    expect(host().pathForFile?.({ name: 'pasted' })).toBeNull()
  })
})
