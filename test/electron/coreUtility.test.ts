import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { expect, it, vi } from 'vitest'

const fork = vi.hoisted(() => vi.fn())
vi.mock('electron', () => ({ utilityProcess: { fork } }))
const { startCoreUtility } = await import('../../electron/coreUtility.ts')

const start = (pid: number | undefined) => {
  fork.mockReturnValue(Object.assign(new EventEmitter(), { pid }))
  return startCoreUtility('core.js', { folder: 'project', samplesFolder: 'samples' })
}

it('kills a core without ceremony, also one that has just ended or never began', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'])
  const handle = start(child.pid)
  handle.kill()
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
  expect(() => handle.kill()).not.toThrow()
  expect(() => start(undefined).kill()).not.toThrow()
})
