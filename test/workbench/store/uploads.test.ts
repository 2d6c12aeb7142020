import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createUploads } from '../../../src/workbench/store/uploads.ts'

describe('uploads', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'residual-uploads-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('put chunks together in order and forget the file when released', async () => {
    const uploads = createUploads(folder)
    const { uploadId } = await uploads.begin({ name: 'table.csv', bytes: 6 })
    expect(await uploads.append({ uploadId, chunk: Buffer.from('a,b') })).toEqual({ received: 3 })
    expect(await uploads.append({ uploadId, chunk: Buffer.from('\n1,') })).toEqual({ received: 6 })
    const source = { kind: 'upload', uploadId } as const
    const { path, fileName } = await uploads.resolve(source)
    expect(fileName).toBe('table.csv')
    expect(await readFile(path, 'utf8')).toBe('a,b\n1,')
    await uploads.end(uploadId)
    expect(await readdir(folder)).toEqual([])
    await expect(uploads.resolve(source)).rejects.toThrow(/not here any more/)
  })

  it('stay inside their folder whatever they are called', async () => {
    const uploads = createUploads(folder)
    const { uploadId } = await uploads.begin({ name: '../../evil.csv', bytes: 0 })
    const { path, fileName } = await uploads.resolve({ kind: 'upload', uploadId })
    expect(fileName).toBe('evil.csv')
    expect(path.startsWith(folder)).toBe(true)
  })

  it('refuse more bytes than announced, and use before the last byte', async () => {
    const uploads = createUploads(folder)
    const { uploadId } = await uploads.begin({ name: 'table.csv', bytes: 2 })
    await expect(uploads.append({ uploadId, chunk: Buffer.from('abc') })).rejects.toThrow(
      /longer than announced/,
    )
    await uploads.end(uploadId)
    const second = await uploads.begin({ name: 'table.csv', bytes: 2 })
    await uploads.append({ uploadId: second.uploadId, chunk: Buffer.from('a') })
    await expect(uploads.resolve({ kind: 'upload', uploadId: second.uploadId })).rejects.toThrow(
      /1 of 2 bytes/,
    )
    await uploads.endAll()
    expect(await readdir(folder)).toEqual([])
  })

  it('keep the order of chunks that arrive together', async () => {
    const uploads = createUploads(folder)
    const pieces = Array.from({ length: 50 }, (_, index) => Buffer.alloc(10_000, index))
    const bytes = 50 * 10_000
    const { uploadId } = await uploads.begin({ name: 'table.csv', bytes })
    await Promise.all(pieces.map((chunk) => uploads.append({ uploadId, chunk })))
    const { path } = await uploads.resolve({ kind: 'upload', uploadId })
    expect((await readFile(path)).equals(Buffer.concat(pieces))).toBe(true)
    await uploads.endAll()
  })

  it('say that a file on disk has vanished', async () => {
    const uploads = createUploads(folder)
    await expect(uploads.resolve({ kind: 'path', path: join(folder, 'gone.csv') })).rejects.toThrow(
      /gone\.csv is not there any more/,
    )
  })
})
