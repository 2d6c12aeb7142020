import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder } from '../../../src/pipeline/dataset/makeFolder.ts'

describe('makeFolder', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'residual-folder-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('makes what is missing, also when two calls do so at once', async () => {
    const deep = join(folder, 'a/b/c')
    await Promise.all([makeFolder(deep), makeFolder(deep), makeFolder(join(folder, 'a/b/d'))])
    expect((await stat(deep)).isDirectory()).toBe(true)
    await makeFolder(deep)
  })

  it('fails below a file', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(makeFolder(join(folder, 'file/below'))).rejects.toThrow(/EEXIST|ENOTDIR/)
  })

  it.runIf(process.platform === 'linux')('ends where the system refuses every folder', async () => {
    await expect(makeFolder('/proc/residual/below')).rejects.toThrow(/ENOENT/)
  })
})
