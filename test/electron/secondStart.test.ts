import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { electron, fake } from './fakeElectron.ts'

vi.mock('electron', async () => (await import('./fakeElectron.ts')).electron)

it('a second start hands its file and its project to the first, and ends', async () => {
  fake.app.requestSingleInstanceLock.mockReturnValue(false)
  process.argv = ['electron', '.', '/data/a.csv', '--project', join(tmpdir(), 'other')]
  await import('../../electron/main.ts')
  expect(fake.app.requestSingleInstanceLock).toHaveBeenCalledExactlyOnceWith({
    file: '/data/a.csv',
    folder: join(tmpdir(), 'other'),
  })
  expect(fake.app.quit).toHaveBeenCalledOnce()
  await new Promise((resolve) => setImmediate(resolve))
  expect([fake.windows, fake.forked]).toEqual([[], []])
  expect(electron.protocol.registerSchemesAsPrivileged).not.toHaveBeenCalled()
})
