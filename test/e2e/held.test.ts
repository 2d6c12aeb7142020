import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { superviseCore } from '../../src/hosts/coreProcess.ts'
import { forkCore } from '../../src/hosts/forkCore.ts'
import { root, samples } from './harness.ts'

it('a project held by another process says so, and opens with the next call after that one ends', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'residual-held-'))
  const supervised = () =>
    superviseCore({
      start: () =>
        forkCore(join(root, 'dist/electron/core.js'), { folder: join(folder, 'p'), samplesFolder: samples }),
      announce: () => undefined,
    })
  const holder = supervised()
  expect((await holder.api.readProject({})).datasets).toEqual([])
  const core = supervised()
  for (let time = 0; time < 2; time++)
    await expect(core.api.readProject({})).rejects.toMatchObject({ code: 'busy' })
  await holder.close()
  expect((await core.api.readProject({})).datasets).toEqual([])
  await core.close()
  await rm(folder, { recursive: true })
})
