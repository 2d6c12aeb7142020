import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { zipFiles } from '../../../src/pipeline/modelFile/zipFiles.ts'

const hasPython = spawnSync('python3', ['--version']).status === 0
if (!hasPython) console.warn('PYTHON IS MISSING: zips are not checked with its zipfile')

describe('zipping files', () => {
  it('presses texts and puts weights in as they are, which is quick', async () => {
    const bytes = new Uint8Array(10_000)
    expect((await zipFiles({ 'model.json': bytes }, new Date())).length).toBeLessThan(1000)
    const zip = await zipFiles({ 'weights.bin': bytes }, new Date())
    expect(zip.length).toBeGreaterThan(bytes.length)
    expect(unzipSync(zip)).toEqual({ 'weights.bin': bytes })
  })

  it('gives files of several blocks, of few bytes and of none back as they were', async () => {
    const weights = new Uint8Array(randomBytes(1_200_000))
    const text = new TextEncoder().encode(weights.subarray(0, 50_000).join(' '))
    const files = {
      'model.json': text,
      'weights.bin': weights,
      'README.txt': Uint8Array.of(65),
      empty: text.slice(0, 0),
    }
    const zip = await zipFiles(files, new Date())
    const unzipped = Object.entries(unzipSync(zip))
    expect(unzipped.map(([name]) => name)).toEqual(Object.keys(files))
    // Bytes at once: a million compared one by one take a minute on a busy machine.
    for (const [name, bytes] of Object.entries(files))
      expect([name, Buffer.compare(bytes, new Map(unzipped).get(name) ?? Buffer.of(1))]).toEqual([name, 0])
    if (!hasPython) return
    const folder = mkdtempSync(join(tmpdir(), 'residual-zip-'))
    writeFileSync(join(folder, 'files.zip'), zip)
    const script = 'import zipfile; z = zipfile.ZipFile("files.zip"); print(z.testzip(), *z.namelist())'
    const told = execFileSync('python3', ['-c', script], { cwd: folder, encoding: 'utf8' })
    expect(told.trim()).toBe('None model.json weights.bin README.txt empty')
    rmSync(folder, { recursive: true })
  })

  it('carries the given time, and none before zip knows any', async () => {
    const at = new Date('2031-04-05T06:07:08Z')
    const bytes = { a: Uint8Array.of(1) }
    const zip = await zipFiles(bytes, at)
    expect(await zipFiles(bytes, at)).toEqual(zip)
    expect(await zipFiles(bytes, new Date('2031-04-05T06:07:18Z'))).not.toEqual(zip)
    await expect(zipFiles(bytes, new Date(0))).resolves.toBeInstanceOf(Uint8Array)
  })

  it('ends when it is cancelled', async () => {
    const cancelled = zipFiles({ a: Uint8Array.of(1) }, new Date(), AbortSignal.abort())
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' })
  })
})
