import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { corePids, root } from './harness.ts'

/** A table that takes long enough to be interrupted in the middle. */
const rows = 200_000
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-interrupt-'))
  const lines = Array.from({ length: rows }, (_, row) => `${row},${row % 13}.25,${Math.sin(row)}`)
  await writeFile(join(folder, 'readings.csv'), ['a,b,c', ...lines].join('\n'))
})
afterAll(() => rm(folder, { recursive: true }))

describe.skipIf(process.platform === 'win32')('residual detect', () => {
  /** A detection that has begun to import, in a temporary folder of its own. */
  async function begin() {
    const temporary = await mkdtemp(join(folder, 'temporary-'))
    const words = [join(root, 'dist/hosts/cli.js'), 'detect', join(folder, 'readings.csv')]
    const child = spawn(process.execPath, words, {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const exit = once(child, 'exit')
    let said = ''
    child.stderr.on('data', (text) => {
      said += text
    })
    await once(child.stderr, 'data') // the import has begun
    expect(await readdir(temporary)).toHaveLength(1)
    return { child, exit, temporary, said: () => said }
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('leaves nothing behind after %s', async (signal) => {
    const { child, exit, temporary, said } = await begin()
    child.kill(signal)
    expect(await exit).toEqual([130, null])
    expect(said()).toContain('residual: interrupted')
    expect(await readdir(temporary)).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')('ends also when the work hears nothing any more', async () => {
    const { child, exit, temporary, said } = await begin()
    const [worker] = await corePids(child.pid)
    if (worker === undefined) throw new Error('nothing works below the command line')
    process.kill(worker, 'SIGSTOP')
    child.kill('SIGTERM')
    expect(await exit).toEqual([130, null])
    expect(said()).toContain('residual: interrupted')
    expect(await readdir(temporary)).toEqual([])
  })
})
